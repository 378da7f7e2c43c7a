/// Instructions of one byte.
extension InstructionTable {
    var control: [InstructionFamily] {
        [
            .init(0x00, "unreachable", .unreachable),
            .init(0x01, "nop", .nop),
            .init(0x02, "block", .block),
            .init(0x03, "loop", .loop),
            .init(0x04, "if", .conditional),
            .init(0x05, "else", .otherwise),
            .init(0x06, "try", .tryLegacy, feature: .legacyExceptions),
            .init(0x07, "catch", .catchLegacy, feature: .legacyExceptions),
            .init(0x08, "throw", .throwing),
            .init(0x09, "rethrow", .rethrow, feature: .legacyExceptions),
            .init(0x0A, "throw_ref", .throwReference, feature: .exceptions),
            .init(0x0B, "end", .end),
            .init(0x0C, "br", .branch),
            .init(0x0D, "br_if", .branchIf),
            .init(0x0E, "br_table", .branchTable),
            .init(0x0F, "return", .returning),
            .init(0x10, "call", .call),
            .init(0x11, "call_indirect", .callIndirect),
            .init(0x12, "return_call", .returnCall, feature: .tailCalls),
            .init(0x13, "return_call_indirect", .returnCallIndirect, feature: .tailCalls),
            .init(0x14, "call_ref", .callReference, feature: .typedReferences),
            .init(0x15, "return_call_ref", .returnCallReference, feature: .tailCalls),
            .init(0x18, "delegate", .delegate, feature: .legacyExceptions),
            .init(0x19, "catch_all", .catchAllLegacy, feature: .legacyExceptions),
            .init(0x1A, "drop", .drop),
            .init(0x1B, "select", .select),
            .init(0x1C, "select", .selectTyped, feature: .referenceTypes),
            .init(0x1F, "try_table", .tryTable, feature: .exceptions),
            .init(0x20, "local.get", .localGet),
            .init(0x21, "local.set", .localSet),
            .init(0x22, "local.tee", .localTee),
            .init(0x23, "global.get", .globalGet),
            .init(0x24, "global.set", .globalSet),
            .init(0x25, "table.get", .tableGet, feature: .referenceTypes),
            .init(0x26, "table.set", .tableSet, feature: .referenceTypes),
        ]
    }

    var numeric: [InstructionFamily] {
        let integers = "eq ne lt_s lt_u gt_s gt_u le_s le_u ge_s ge_u"
        let floats = "eq ne lt gt le ge"
        let arithmetic = "add sub mul div_s div_u rem_s rem_u and or xor shl shr_s shr_u rotl rotr"
        let roots = "abs neg ceil floor trunc nearest sqrt"
        let sums = "add sub mul div min max copysign"
        return [
            .init(0x41, "i32.const", .constant32),
            .init(0x42, "i64.const", .constant64),
            .init(0x43, "f32.const", .constantFloat32),
            .init(0x44, "f64.const", .constantFloat64),
            .init(0x45, "i32.", "eqz", [.i32], .i32),
            .init(0x46, "i32.", integers, [.i32, .i32], .i32),
            .init(0x50, "i64.", "eqz", [.i64], .i32),
            .init(0x51, "i64.", integers, [.i64, .i64], .i32),
            .init(0x5B, "f32.", floats, [.f32, .f32], .i32),
            .init(0x61, "f64.", floats, [.f64, .f64], .i32),
            .init(0x67, "i32.", "clz ctz popcnt", [.i32], .i32),
            .init(0x6A, "i32.", arithmetic, [.i32, .i32], .i32),
            .init(0x79, "i64.", "clz ctz popcnt", [.i64], .i64),
            .init(0x7C, "i64.", arithmetic, [.i64, .i64], .i64),
            .init(0x8B, "f32.", roots, [.f32], .f32),
            .init(0x92, "f32.", sums, [.f32, .f32], .f32),
            .init(0x99, "f64.", roots, [.f64], .f64),
            .init(0xA0, "f64.", sums, [.f64, .f64], .f64),
            .init(0xA7, "i32.", "wrap_i64", [.i64], .i32),
            .init(0xA8, "i32.", "trunc_f32_s trunc_f32_u", [.f32], .i32),
            .init(0xAA, "i32.", "trunc_f64_s trunc_f64_u", [.f64], .i32),
            .init(0xAC, "i64.", "extend_i32_s extend_i32_u", [.i32], .i64),
            .init(0xAE, "i64.", "trunc_f32_s trunc_f32_u", [.f32], .i64),
            .init(0xB0, "i64.", "trunc_f64_s trunc_f64_u", [.f64], .i64),
            .init(0xB2, "f32.", "convert_i32_s convert_i32_u", [.i32], .f32),
            .init(0xB4, "f32.", "convert_i64_s convert_i64_u", [.i64], .f32),
            .init(0xB6, "f32.", "demote_f64", [.f64], .f32),
            .init(0xB7, "f64.", "convert_i32_s convert_i32_u", [.i32], .f64),
            .init(0xB9, "f64.", "convert_i64_s convert_i64_u", [.i64], .f64),
            .init(0xBB, "f64.", "promote_f32", [.f32], .f64),
            .init(0xBC, "i32.", "reinterpret_f32", [.f32], .i32),
            .init(0xBD, "i64.", "reinterpret_f64", [.f64], .i64),
            .init(0xBE, "f32.", "reinterpret_i32", [.i32], .f32),
            .init(0xBF, "f64.", "reinterpret_i64", [.i64], .f64),
            .init(0xC0, "i32.", "extend8_s extend16_s", [.i32], .i32, feature: .signExtension),
            .init(0xC2, "i64.", "extend8_s extend16_s extend32_s", [.i64], .i64, feature: .signExtension),
        ]
    }

    var references: [InstructionFamily] {
        [
            .init(0xD0, "ref.null", .referenceNull, feature: .referenceTypes),
            .init(0xD1, "ref.is_null", .referenceIsNull, feature: .referenceTypes),
            .init(0xD2, "ref.func", .referenceFunction, feature: .referenceTypes),
            .init(0xD3, "ref.eq", .referenceEqual, feature: .garbageCollection),
            .init(0xD4, "ref.as_non_null", .referenceAsNonNull, feature: .typedReferences),
            .init(0xD5, "br_on_null", .branchOnNull, feature: .typedReferences),
            .init(0xD6, "br_on_non_null", .branchOnNonNull, feature: .typedReferences),
        ]
    }
}
