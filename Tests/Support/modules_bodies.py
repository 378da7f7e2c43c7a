"""Modules with one function body each, one pair for each rule of the specification's validation of instructions.

Each rule has bodies that obey it and bodies that break it (WebAssembly 3.0, "Validation", and its appendix "Validation
Algorithm"). A body is written as names of instructions; immediates follow a colon: `i32.const:0 local.set:1`.
"""

import pathlib
import sys

from wasm_assembler import Plugin, function_type, i32, signed, sized, table, unsigned, vector

OPCODES = {
    "unreachable": "00", "nop": "01", "block": "02", "loop": "03", "if": "04", "else": "05", "try": "06", "catch": "07",
    "throw": "08", "rethrow": "09", "throw_ref": "0a", "end": "0b", "br": "0c", "br_if": "0d", "br_table": "0e",
    "return": "0f", "call": "10", "call_indirect": "11", "return_call": "12", "return_call_indirect": "13",
    "call_ref": "14", "return_call_ref": "15", "delegate": "18", "catch_all": "19", "drop": "1a", "select": "1b",
    "select_t": "1c", "try_table": "1f", "local.get": "20", "local.set": "21", "local.tee": "22", "global.get": "23",
    "global.set": "24", "table.get": "25", "table.set": "26", "i32.load": "28", "i64.load": "29", "i32.load8_u": "2d",
    "i32.store": "36", "i64.store": "37", "memory.size": "3f", "memory.grow": "40", "i32.const": "41", "i64.const": "42",
    "i32.eqz": "45", "i32.eq": "46", "i32.add": "6a", "i64.add": "7c", "f32.add": "92", "i32.wrap_i64": "a7",
    "i64.extend8_s": "c2", "ref.null": "d0", "ref.is_null": "d1", "ref.func": "d2", "ref.eq": "d3",
    "ref.as_non_null": "d4", "br_on_null": "d5", "br_on_non_null": "d6", "struct.new": "fb00",
    "struct.new_default": "fb01", "struct.get": "fb02", "struct.get_s": "fb03", "struct.set": "fb05", "array.new": "fb06",
    "array.new_default": "fb07", "array.new_fixed": "fb08", "array.new_data": "fb09", "array.new_elem": "fb0a",
    "array.get": "fb0b", "array.get_u": "fb0d", "array.set": "fb0e", "array.len": "fb0f", "array.fill": "fb10",
    "array.copy": "fb11", "array.init_data": "fb12", "array.init_elem": "fb13", "ref.test": "fb14", "ref.cast": "fb16",
    "br_on_cast": "fb18", "br_on_cast_fail": "fb19", "any.convert_extern": "fb1a", "extern.convert_any": "fb1b",
    "ref.i31": "fb1c", "i31.get_s": "fb1d", "i32.trunc_sat_f32_s": "fc00", "memory.init": "fc08", "data.drop": "fc09",
    "memory.copy": "fc0a", "memory.fill": "fc0b", "table.init": "fc0c", "elem.drop": "fc0d", "table.copy": "fc0e",
    "table.grow": "fc0f", "table.size": "fc10", "table.fill": "fc11", "v128.load": "fd00", "i8x16.shuffle": "fd0d",
    "i8x16.splat": "fd0f", "i8x16.extract_lane_s": "fd15", "v128.load8_lane": "fd54", "i32x4.add": "fdae01",
    "i32x4.relaxed_dot_i8x16_i7x16_add_s": "fd9302", "memory.atomic.notify": "fe00", "atomic.fence": "fe03",
    "i32.atomic.load": "fe10", "i64.atomic.rmw.cmpxchg": "fe49",
}  # fmt: skip

# Types 0 and 1 are those of the marker and malloc: [] -> [] and [i32] -> [i32].
STRUCT, ARRAY, BYTES, SUBSTRUCT, FUNCTIONS, FIXED, NEEDY = range(2, 9)
TYPES = (
    b"\x50\0\x5f\2\x7f\1\x78\1",  # open: an i32 and an i8
    b"\x5e\x7f\1",
    b"\x5e\x78\1",
    b"\x50\1\2\x5f\3\x7f\1\x78\1\x7f\0",  # of STRUCT, with a constant i32
    b"\x5e\x70\1",
    b"\x5e\x7f\0",  # constant
    b"\x5f\1\x64\x70\1",  # a reference that is never null
)
PAIR, TWO = 9, 10  # [i32] -> [i32 i32] and [] -> [i32]
SIGNATURES = (function_type("i:ii"), function_type(":i"))


def immediate(text):
    """Returns a decimal number as signed LEB128, and anything else as hexadecimal bytes."""
    return bytes.fromhex(text[1:]) if text.startswith("x") else signed(int(text))


def assembled(text):
    code = b""
    for word in text.split():
        name, _, rest = word.partition(":")
        code += bytes.fromhex(OPCODES[name]) + b"".join(immediate(part) for part in rest.split(",") if part)
    return code


def plugin():
    made = Plugin().having(
        tables=[table("r", 4), table("e", 4)], elements=[b"\1\0" + vector([b"\0"])], data=[b"\1" + sized(b"abcd")],
        data_count=1,
    )  # fmt: skip
    made.variable("i", i32(0)).variable("i", i32(0), mutable=True)
    made.knowing(*TYPES).knowing(*SIGNATURES)
    made.tags = [b"\0\0", b"\0" + unsigned(made.type("i:"))]
    return made


# Rule, signature of the function, bodies that obey it, bodies that break it. Type 11 is [i32] -> [].
RULES = (
    ("unreachable", ":i", ("unreachable", "unreachable i32.add", "unreachable i64.const:0 drop"), ("unreachable i64.const:0",)),
    ("unreachable-operand", ":i", ("unreachable i32.const:0 i32.add", "unreachable select"), ("unreachable i64.const:0 i32.add",)),
    ("unreachable-block", ":i", ("unreachable block:x40 end i32.add", "block:x40 br:0 end i32.const:0"), ("block:x40 unreachable end", "unreachable block:x7f end", "unreachable block:x40 i32.add drop end")),
    ("drop", ":", ("i64.const:0 drop", "ref.null:x70 drop"), ("drop",)),
    ("select", ":i", ("i32.const:0 i32.const:0 i32.const:0 select",), ("i32.const:0 i64.const:0 i32.const:0 select drop i32.const:0", "ref.null:x70 ref.null:x70 i32.const:0 select ref.is_null", "i32.const:0 i32.const:0 select")),
    ("select-typed", ":i", ("ref.null:x70 ref.null:x70 i32.const:0 select_t:x0170 ref.is_null",), ("i32.const:0 i32.const:0 i32.const:0 select_t:x00", "i32.const:0 i32.const:0 i32.const:0 select_t:x017e drop i32.const:0", "i32.const:0 i32.const:0 i32.const:0 select_t:x027f7f")),
    ("block", ":i", ("block:x7f i32.const:0 end", "i32.const:0 block:x01 end", "i32.const:0 block:x09 i32.const:1 end drop"), ("block:x7f end", "block:x40 i32.const:0 end", "i32.const:0 block:x40 drop end i32.const:0", "block:x7f i64.const:0 end", "block:x3f end", "block:x02 end")),
    ("loop", ":i", ("i32.const:0 loop:x01 end", "loop:x7f br:0 end"), ("loop:x01 end", "i32.const:0 loop:x01 drop br:0 end")),
    ("if", ":i", ("i32.const:0 if:x7f i32.const:1 else i32.const:2 end", "i32.const:0 i32.const:0 if:x01 end"), ("i32.const:0 if:x7f i32.const:1 end", "if:x40 end i32.const:0", "i64.const:0 if:x40 end i32.const:0", "i32.const:0 if:x7f i32.const:1 else end", "i32.const:0 if:x40 else else end i32.const:0")),
    ("end", ":", ("block:x40 end",), ("block:x40", "end end")),
    ("else", ":", ("i32.const:0 if:x40 else end",), ("block:x40 else end",)),
    ("br", ":i", ("i32.const:0 br:0", "block:x7f i32.const:0 br:0 end", "i64.const:0 i32.const:0 br:0"), ("br:0", "i64.const:0 br:0", "i32.const:0 br:1")),
    ("br_if", ":i", ("i32.const:0 i32.const:1 br_if:0",), ("i32.const:1 br_if:0", "i32.const:0 i64.const:1 br_if:0", "i32.const:0 i32.const:1 br_if:9")),
    ("br_table", ":i", ("block:x7f i32.const:0 i32.const:1 br_table:x01,x00,x01 end",), ("block:x40 i32.const:0 i32.const:1 br_table:x01,x00,x01 end i32.const:0", "i32.const:0 br_table:x00,x00", "i32.const:0 i32.const:0 br_table:x01,x05,x00")),
    ("return", ":i", ("i32.const:0 return", "i64.const:0 i32.const:0 return"), ("return", "i64.const:0 return")),
    ("call", ":i", ("i32.const:0 call:x01",), ("call:x01", "i64.const:0 call:x01", "call:x63 i32.const:0")),
    ("call_indirect", ":i", ("i32.const:0 i32.const:0 call_indirect:x01,x00",), ("i32.const:0 call_indirect:x01,x00", "i32.const:0 i32.const:0 call_indirect:x01,x01", "i32.const:0 i32.const:0 call_indirect:x02,x00", "i32.const:0 i32.const:0 call_indirect:x01,x05")),
    ("call_ref", ":i", ("i32.const:0 ref.null:x01 call_ref:x01",), ("i32.const:0 ref.null:x70 call_ref:x01", "ref.null:x01 call_ref:x01")),
    ("return_call", ":i", ("i32.const:0 return_call:x01",), ("return_call:x00", "return_call:x01")),
    ("return_call_indirect", ":i", ("i32.const:0 i32.const:0 return_call_indirect:x01,x00",), ("i32.const:0 return_call_indirect:x00,x00",)),
    ("return_call_ref", ":i", ("i32.const:0 ref.null:x01 return_call_ref:x01",), ("ref.null:x00 return_call_ref:x00",)),
    ("local.get", "i:i", ("local.get:x00",), ("local.get:x01",)),
    ("local.set", "i:", ("i32.const:0 local.set:x00",), ("i64.const:0 local.set:x00", "local.set:x00", "i32.const:0 local.set:x01")),
    ("local.tee", "i:i", ("i32.const:0 local.tee:x00",), ("i64.const:0 local.tee:x00", "local.tee:x00")),
    ("global.get", ":i", ("global.get:x00",), ("global.get:x02",)),
    ("global.set", ":", ("i32.const:0 global.set:x01",), ("i32.const:0 global.set:x00", "i64.const:0 global.set:x01")),
    ("table.get", ":", ("i32.const:0 table.get:x01 drop",), ("table.get:x00 drop", "i32.const:0 table.get:x02 drop", "i64.const:0 table.get:x00 drop")),
    ("table.set", ":", ("i32.const:0 ref.null:x70 table.set:x00",), ("i32.const:0 ref.null:x6f table.set:x00",)),
    ("table.size", ":i", ("table.size:x00",), ("table.size:x02",)),
    ("table.grow", ":i", ("ref.null:x6f i32.const:0 table.grow:x01",), ("ref.null:x6f i32.const:0 table.grow:x00",)),
    ("table.fill", ":", ("i32.const:0 ref.null:x6f i32.const:0 table.fill:x01",), ("i32.const:0 i32.const:0 i32.const:0 table.fill:x01",)),
    ("table.copy", ":", ("i32.const:0 i32.const:0 i32.const:0 table.copy:x00,x00",), ("i32.const:0 i32.const:0 i32.const:0 table.copy:x00,x01",)),
    ("table.init", ":", ("i32.const:0 i32.const:0 i32.const:0 table.init:x00,x00",), ("i32.const:0 i32.const:0 i32.const:0 table.init:x00,x01", "i32.const:0 i32.const:0 i32.const:0 table.init:x01,x00")),
    ("elem.drop", ":", ("elem.drop:x00",), ("elem.drop:x01",)),
    ("load", ":i", ("i32.const:0 i32.load:x02,x00", "i32.const:0 i32.load:x4200,x00", "i32.const:0 i32.load:x00,xffffffff0f"), ("i64.const:0 i32.load:x02,x00", "i32.const:0 i32.load:x4201,x00", "i32.const:0 i32.load:x02,x8080808010")),
    ("store", ":", ("i32.const:0 i64.const:0 i64.store:x03,x00",), ("i32.const:0 i32.const:0 i64.store:x03,x00", "i64.const:0 i32.const:0 i32.store:x00,x00")),
    ("alignment", ":i", ("i32.const:0 i32.load8_u:x00,x00",), ("i32.const:0 i32.load:x03,x00", "i32.const:0 i32.load8_u:x01,x00", "i32.const:0 i32.load:x80,x00")),
    ("memory.size", ":i", ("memory.size:x00",), ("memory.size:x01",)),
    ("memory.grow", ":i", ("i32.const:0 memory.grow:x00",), ("i64.const:0 memory.grow:x00",)),
    ("memory.fill", ":", ("i32.const:0 i32.const:0 i32.const:0 memory.fill:x00",), ("i32.const:0 i64.const:0 i32.const:0 memory.fill:x00",)),
    ("memory.copy", ":", ("i32.const:0 i32.const:0 i32.const:0 memory.copy:x00,x00",), ("i32.const:0 i32.const:0 i32.const:0 memory.copy:x00,x01", "i32.const:0 i32.const:0 memory.copy:x00,x00")),
    ("memory.init", ":", ("i32.const:0 i32.const:0 i32.const:0 memory.init:x00,x00",), ("i32.const:0 i32.const:0 i32.const:0 memory.init:x01,x00",)),
    ("data.drop", ":", ("data.drop:x00",), ("data.drop:x01",)),
    ("numeric", ":i", ("i32.const:0 i32.eqz", "i64.const:0 i32.wrap_i64"), ("i64.const:0 i32.eqz", "i32.const:0 i32.add", "i32.const:0 i64.const:0 i32.add", "i32.const:0 i32.wrap_i64")),
    ("const", ":", ("i32.const:-1 drop", "i64.const:-1 drop"), ("i32.const:xffffffff4f drop", "i32.const:xffffffffff00 drop")),
    ("vector", ":", ("i32.const:0 i8x16.splat i32.const:0 i8x16.splat i32x4.add drop", "i32.const:0 v128.load:x04,x00 drop"), ("i32.const:0 i32.const:0 i32x4.add drop",)),
    ("lane", ":", ("i32.const:0 i8x16.splat i8x16.extract_lane_s:x0f drop", "i32.const:0 i32.const:0 i8x16.splat v128.load8_lane:x00,x00,x0f drop"), ("i32.const:0 i8x16.splat i8x16.extract_lane_s:x10 drop", "i32.const:0 i32.const:0 i8x16.splat v128.load8_lane:x00,x00,x10 drop")),
    ("shuffle", ":", ("i32.const:0 i8x16.splat i32.const:0 i8x16.splat i8x16.shuffle:x000102030405060708090a0b0c0d0e1f drop",), ("i32.const:0 i8x16.splat i32.const:0 i8x16.splat i8x16.shuffle:x000102030405060708090a0b0c0d0e20 drop",)),
    ("atomic", ":i", ("i32.const:0 i32.atomic.load:x02,x00", "i32.const:0 i32.const:1 memory.atomic.notify:x02,x00", "atomic.fence:x00 i32.const:0"), ("i32.const:0 i32.atomic.load:x01,x00", "atomic.fence:x01 i32.const:0")),
    ("ref.null", ":", ("ref.null:x70 drop", "ref.null:x02 drop"), ("ref.null:x7f drop", "ref.null:x3f drop")),
    ("ref.is_null", ":i", ("ref.null:x6f ref.is_null",), ("i32.const:0 ref.is_null",)),
    ("ref.func", ":", ("ref.func:x00 drop",), ("ref.func:x02 drop", "ref.func:x63 drop")),
    ("ref.eq", ":i", ("ref.null:x6d ref.null:x6c ref.eq",), ("ref.null:x6d ref.null:x70 ref.eq", "ref.null:x6e ref.null:x6d ref.eq")),
    ("ref.as_non_null", ":", ("ref.null:x00 ref.as_non_null call_ref:x00",), ("i32.const:0 ref.as_non_null drop",)),
    ("br_on_null", ":", ("ref.null:x00 br_on_null:x00 call_ref:x00",), ("i32.const:0 br_on_null:x00 drop", "ref.null:x00 br_on_null:x05 drop")),
    ("br_on_non_null", ":", ("block:x6400 ref.null:x00 br_on_non_null:x00 return end call_ref:x00",), ("i32.const:0 br_on_non_null:x00", "block:x6400 ref.null:x70 br_on_non_null:x00 return end call_ref:x00")),
    ("struct.new", ":", ("i32.const:0 i32.const:0 struct.new:x02 drop",), ("i32.const:0 struct.new:x02 drop", "i32.const:0 struct.new:x03 drop")),
    ("struct.new_default", ":", ("struct.new_default:x02 drop",), ("struct.new_default:x08 drop",)),
    ("struct.get", ":i", ("ref.null:x02 struct.get:x02,x00", "ref.null:x05 struct.get:x02,x00", "ref.null:x02 struct.get_s:x02,x01"), ("ref.null:x02 struct.get:x02,x01", "ref.null:x02 struct.get:x05,x00", "ref.null:x02 struct.get:x02,x02", "ref.null:x02 struct.get_s:x02,x00")),
    ("struct.set", ":", ("ref.null:x02 i32.const:0 struct.set:x02,x01",), ("ref.null:x05 i32.const:0 struct.set:x05,x02", "ref.null:x02 i64.const:0 struct.set:x02,x00")),
    ("array.new", ":", ("i32.const:0 i32.const:0 array.new:x03 drop",), ("i64.const:0 i32.const:0 array.new:x03 drop", "i32.const:0 i32.const:0 array.new:x02 drop")),
    ("array.new_default", ":", ("i32.const:0 array.new_default:x03 drop",), ("array.new_default:x03 drop",)),
    ("array.new_fixed", ":", ("i32.const:0 i32.const:0 array.new_fixed:x03,x02 drop", "unreachable array.new_fixed:x03,x904e drop"), ("i32.const:0 array.new_fixed:x03,x02 drop", )),
    ("array.new_data", ":", ("i32.const:0 i32.const:0 array.new_data:x04,x00 drop",), ("i32.const:0 i32.const:0 array.new_data:x06,x00 drop", "i32.const:0 i32.const:0 array.new_data:x04,x01 drop")),
    ("array.new_elem", ":", ("i32.const:0 i32.const:0 array.new_elem:x06,x00 drop",), ("i32.const:0 i32.const:0 array.new_elem:x03,x00 drop",)),
    ("array.get", ":i", ("ref.null:x03 i32.const:0 array.get:x03", "ref.null:x04 i32.const:0 array.get_u:x04"), ("ref.null:x04 i32.const:0 array.get:x04", "ref.null:x03 i32.const:0 array.get_u:x03")),
    ("array.set", ":", ("ref.null:x03 i32.const:0 i32.const:0 array.set:x03",), ("ref.null:x07 i32.const:0 i32.const:0 array.set:x07",)),
    ("array.len", ":i", ("ref.null:x03 array.len",), ("ref.null:x02 array.len",)),
    ("array.fill", ":", ("ref.null:x03 i32.const:0 i32.const:0 i32.const:0 array.fill:x03",), ("ref.null:x07 i32.const:0 i32.const:0 i32.const:0 array.fill:x07",)),
    ("array.copy", ":", ("ref.null:x03 i32.const:0 ref.null:x07 i32.const:0 i32.const:0 array.copy:x03,x07",), ("ref.null:x03 i32.const:0 ref.null:x04 i32.const:0 i32.const:0 array.copy:x03,x04", "ref.null:x07 i32.const:0 ref.null:x03 i32.const:0 i32.const:0 array.copy:x07,x03")),
    ("array.init_data", ":", ("ref.null:x04 i32.const:0 i32.const:0 i32.const:0 array.init_data:x04,x00",), ("ref.null:x06 i32.const:0 i32.const:0 i32.const:0 array.init_data:x06,x00",)),
    ("array.init_elem", ":", ("ref.null:x06 i32.const:0 i32.const:0 i32.const:0 array.init_elem:x06,x00",), ("ref.null:x04 i32.const:0 i32.const:0 i32.const:0 array.init_elem:x04,x00",)),
    ("ref.test", ":i", ("ref.null:x6e ref.test:x02",), ("ref.null:x70 ref.test:x02", "i32.const:0 ref.test:x02")),
    ("ref.cast", ":", ("ref.null:x6e ref.cast:x02 drop",), ("ref.null:x6f ref.cast:x02 drop",)),
    ("br_on_cast", ":", ("block:x6402 ref.null:x6e br_on_cast:x01,x00,x6e,x02 drop return end drop",), ("block:x6403 ref.null:x6e br_on_cast:x01,x00,x6e,x02 drop return end drop", "block:x6402 ref.null:x02 br_on_cast:x01,x00,x02,x6e drop return end drop", "ref.null:x6e br_on_cast:x01,x00,x6e,x02 drop")),
    ("br_on_cast_fail", ":", ("block:x6e ref.null:x6e br_on_cast_fail:x01,x00,x6e,x02 drop return end drop",), ("block:x6402 ref.null:x6e br_on_cast_fail:x01,x00,x6e,x02 drop return end drop", "block:x6e ref.null:x6e br_on_cast_fail:x04,x00,x6e,x02 drop return end drop")),
    ("convert", ":", ("ref.null:x6f any.convert_extern extern.convert_any drop",), ("ref.null:x70 any.convert_extern drop",)),
    ("i31", ":i", ("i32.const:0 ref.i31 i31.get_s",), ("ref.null:x6d i31.get_s", "i64.const:0 ref.i31 drop i32.const:0")),
    ("throw", ":", ("i32.const:0 throw:x01", "throw:x00"), ("throw:x01", "throw:x02")),
    ("throw_ref", ":", ("ref.null:x69 throw_ref",), ("ref.null:x70 throw_ref",)),
    ("try_table", ":", ("try_table:x40,x00 end", "block:x7f try_table:x40,x01,x00,x01,x00 end return end drop", "block:x69 try_table:x40,x01,x03,x00 end return end drop", "block:x6469 try_table:x40,x01,x01,x00,x00 end return end drop"), ("try_table:x40,x01,x00,x01,x00 end", "try_table:x40,x01,x04,x00 end", "try_table:x40,x01,x02,x05 end", "try_table:x40,x01,x00,x02,x00 end", "block:x69 try_table:x40,x01,x02,x00 end return end drop")),
    ("try", ":", ("try:x40 end", "try:x40 catch:x01 drop end", "try:x40 catch:x00 catch_all end"), ("try:x40 catch:x01 end", "try:x40 catch:x02 end", "try:x40 catch_all catch:x00 end", "catch:x00", "catch_all", "try:x40 catch_all catch_all end")),
    ("delegate", ":", ("try:x40 delegate:x00", "block:x40 try:x40 delegate:x01 end"), ("try:x40 delegate:x01", "delegate:x00", "block:x40 delegate:x00", "try:x40 catch:x00 delegate:x00")),
    ("rethrow", ":", ("try:x40 catch_all rethrow:x00 end", "try:x40 catch:x00 block:x40 rethrow:x01 end end"), ("try:x40 rethrow:x00 end", "rethrow:x00", "block:x40 rethrow:x00 end")),
    ("function-end", ":i", ("i32.const:0",), ("", "i32.const:0 i32.const:0", "i64.const:0")),
    ("opcode", ":", ("nop",), ("x16", "xff", "xfb1f", "xfc12", "xfd9a01", "xfd9402", "xfe04", "xfe4f", "xe0", "xd7")),
)  # fmt: skip

LOCALS = (
    ("local-set-first", b"\1\1\x64\x70", "ref.func:x00 local.set:x00 local.get:x00 drop", True),
    ("local-tee-first", b"\1\1\x64\x70", "ref.func:x00 local.tee:x00 drop local.get:x00 drop", True),
    ("local-not-set", b"\1\1\x64\x70", "local.get:x00 drop", False),
    ("local-set-in-a-block", b"\1\1\x64\x70", "block:x40 ref.func:x00 local.set:x00 end local.get:x00 drop", False),
    ("local-set-before-a-block", b"\1\1\x64\x70", "ref.func:x00 local.set:x00 block:x40 local.get:x00 drop end", True),
    ("local-set-in-one-arm", b"\1\1\x64\x70", "i32.const:0 if:x40 ref.func:x00 local.set:x00 else local.get:x00 drop end", False),
    ("locals-of-50000", b"\1" + unsigned(50000) + b"\x7f", "local.get:xcf8603 drop", True),
    ("locals-of-50001", b"\1" + unsigned(50001) + b"\x7f", "nop", False),
    ("locals-of-4294967295-twice", b"\2" + unsigned(2**32 - 1) + b"\x7f" + unsigned(2**32 - 1) + b"\x7f", "nop", False),
)  # fmt: skip


# What V8 accepts beyond the specification, and rejects against it: name, body, locals, whether it accepts.
# wasm-tools decides each the other way.
ENGINE = (
    ("unreachable-reference-of-any-type", "unreachable ref.as_non_null i32.add drop", b"\0", True),
    ("unreachable-br_on_null-of-any-type", "unreachable br_on_null:x00 i32.add drop", b"\0", True),
    ("unreachable-select-of-a-reference", "unreachable ref.as_non_null i32.const:0 select drop", b"\0", True),
    ("br_on_non_null-without-values", "ref.null:x00 br_on_non_null:x00", b"\0", True),
    ("block-type-in-two-bytes", "block:xc07f end", b"\0", True),
    ("array.new_fixed-of-10001", "unreachable array.new_fixed:x03,x914e drop", b"\0", False),
    ("both-exceptions", "try:x40 end try_table:x40,x00 end", b"\0", False),
    ("both-exceptions-throw_ref", "try:x40 end unreachable throw_ref", b"\0", False),
    ("both-exceptions-local", "try:x40 end", b"\1\1\x69", False),
    ("both-exceptions-null", "try:x40 end ref.null:x69 drop", b"\0", False),
    ("both-exceptions-block", "try:x40 end block:x69 unreachable end drop", b"\0", False),
    ("both-exceptions-cast", "try:x40 end unreachable ref.test:x69 drop", b"\0", False),
)


def word(text):
    return assembled(text) if not text.startswith("x") else bytes.fromhex(text[1:])


def modules():
    for rule, signature, obeying, breaking in RULES:
        for kind, bodies in (("obeyed", obeying), ("broken", breaking)):
            for index, body in enumerate(bodies, 1):
                yield f"rule-{rule}-{kind}-{index}", plugin().define(None, signature, word(body)).bytes()
    for title, runs, body, obeys in LOCALS:
        kind = "obeyed" if obeys else "broken"
        yield f"rule-{title}-{kind}-1", plugin().define(None, ":", assembled(body), runs).bytes()
    for title, body, runs, obeys in ENGINE:
        kind = "obeyed" if obeys else "broken"
        yield f"engine-{title}-{kind}", plugin().define(None, ":", assembled(body), runs).bytes()
    # Exceptions in types outside of bodies are not a use.
    yield "engine-legacy-try-and-exnref-type-obeyed", plugin().knowing(function_type("x:")).define(
        None, ":", assembled("try:x40 end")
    ).bytes()  # fmt: skip
    numbers = plugin().having(elements=[b"\5\x7f\1\x41\0\x0b"])
    yield "engine-elements-of-numbers-obeyed", numbers.define(None, ":", b"").bytes()
    numbers = plugin().having(elements=[b"\5\x7f\1\x41\0\x0b"])
    yield "engine-elements-of-numbers-used-broken", numbers.define(
        None, ":", assembled("i32.const:0 i32.const:0 i32.const:0 table.init:x00,x00")
    ).bytes()  # fmt: skip


def main():
    """Writes the bodies alone, with their locals, as seeds of FuzzBody."""
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for rule, _, obeying, breaking in RULES:
        for index, body in enumerate(obeying + breaking):
            (folder / f"{rule}-{index}").write_bytes(b"\0" + word(body) + b"\x0b")


if __name__ == "__main__":
    main()
