import TestSupport
import Testing
import Wasm

/// A real Envoy was given every row, and rejected the module at the same step.
@Suite struct ModuleProblemTests {
    typealias Row = (changes: [UInt8: [UInt8]], phrase: String, why: String)

    private static func types(_ more: [UInt8]) -> [UInt8] {
        [3] + function() + function([i32], [i32]) + more
    }
    private static let table: [UInt8] = vector([[funcref, 0, 4]])
    private static func global(_ type: [UInt8], _ value: [UInt8]) -> [UInt8: [UInt8]] {
        [6: vector([type + [0] + value + [0x0B]])]
    }
    private static func code(_ body: [UInt8]) -> [UInt8: [UInt8]] {
        [3: vector([[0], [1], [0]]), 10: vector([[2, 0, 0x0B], [4, 0, 0x20, 0, 0x0B], body])]
    }
    private static func exports(_ more: [UInt8]) -> [UInt8: [UInt8]] {
        [7: vector([marker, export("malloc", 0, 1), more])]
    }
    private static let number = [0x41, 0] as [UInt8]

    static let types: [Row] = [
        ([1: types([0x99])], "a type has the unknown form 153 (at byte 19)", "an unknown form"),
        ([1: types([0xE0, 0x7F, 0, 0])], "the unknown form 224", "a form in two bytes"),
        ([1: types([0x5D, 0])], "the unknown form 93", "stack switching"),
        ([1: types([0x65, 0x60, 0, 0])], "the unknown form 101", "shared everything"),
        ([1: types([0x4E, 1, 0x4E, 1, 0x60, 0, 0])], "the unknown form 78", "a group in a group"),
        ([1: types(function([UInt8](repeating: i32, count: 1001)))], "1001 parameters", "one over the limit"),
        (
            [1: types(function([], [UInt8](repeating: i32, count: 1001)))], "1001 results",
            "the same for results"
        ),
        ([1: types(function([0x7A]))], "unknown type 122", "an unknown value type"),
        ([1: types(function([0x78]))], "unknown type 120", "i8 exists in fields only"),
        ([1: types(function([0x63, 0x7F]))], "unknown heap type -1", "i32 is no heap type"),
        ([1: types(function([0x64, 9]))], "type 9 is not defined (at byte 22)", "an unknown type"),
        ([1: types([0x5F, 1, 0x63, 3, 0])], "type 3 is not defined", "a later type outside of a group"),
        ([1: types([0x50, 1, 2, 0x60, 0, 0])], "type 2 is not defined", "its own supertype"),
        ([1: types([0x50, 2, 0, 0, 0x60, 0, 0])], "2 supertypes", "two supertypes"),
        ([1: types([0x50, 1, 0, 0x60, 0, 0])], "the supertype 0, which is final", "a final supertype"),
        ([1: types([0x5E, 0x78, 2])], "invalid mutability 2", "neither constant nor variable"),
        (
            [1: [2] + function() + function([i32], [i32]) + [0]], "section 1 has 1 bytes after its content",
            "too long"
        ),
        ([1: []], "the number of types should have 1 bytes, but 0 follow", "nothing at all"),
        ([1: [0x80, 0x80, 0x80, 0x80, 0x10]], "is not a number of 32 bits", "a count of 33 bits"),
        ([1: [0x82, 0x80, 0x80, 0x80, 0x80, 0]], "is not a number of 32 bits", "a count of six bytes"),
        ([1: [0xFF, 0xFF, 0x3F]], "1048575 types exceed the limit of 1000000", "more than engines accept"),
        ([1: [0x80, 0x80, 0x01]], "16384 types, but 0 bytes follow", "more than the bytes that follow"),
    ]

    static let definitions: [Row] = [
        ([2: vector([imported("a", [5, 0])])], "an import has the unknown kind 5", "an unknown kind"),
        ([2: vector([imported("a", [0, 9])])], "type 9 is not defined", "a function of an unknown type"),
        (
            [2: vector([imported("a", [4, 1, 0])])], "a tag has the unknown attribute 1",
            "a tag of an unknown kind"
        ),
        ([2: vector([imported("a", [4, 0, 1])])], "a tag has results", "a tag that gives a value"),
        ([2: vector([[1, 0xFF] + name("a") + [2, 0, 1]])], "module name is not UTF-8", "no UTF-8"),
        ([2: vector([name("env") + [1, 0xFF, 2, 0, 1]])], "an import's name is not UTF-8", "no UTF-8"),
        ([3: vector([[0], [9]])], "type 9 is not defined", "a function of an unknown type"),
        (
            [1: types([0x5F, 0]), 3: vector([[0], [2]])], "type 2 is not a function type",
            "a structure's type"
        ),
        ([4: vector([[i32, 0, 1]])], "a reference type is expected here", "a table of numbers"),
        ([4: vector([[funcref, 3, 1, 1]])], "a table is shared", "a shared table"),
        ([4: vector([[funcref, 1, 2, 1]])], "maximum is below its minimum", "the maximum below the minimum"),
        ([4: vector([[funcref, 0] + unsigned(10_000_001)])], "10000001 entries", "one over the limit"),
        ([4: vector([[0x64, funcref, 0, 1]])], "needs an initial value", "entries that are never null"),
        ([4: vector([[0x40, 1, funcref, 0, 1, 0xD2, 0, 0x0B]])], "a table has an unknown kind", "0x40 0x01"),
        ([5: vector([[0] + unsigned(65_537)])], "65537 pages exceeds the limit", "more than 32 bits reach"),
        (
            [5: vector([[1, 1] + unsigned(65_537)])],
            "the maximum of a memory exceeds the limit of 65536 pages", "the same for the maximum"
        ),
        (
            [5: vector([[5, 1] + unsigned(262_145)])], "exceeds the limit of 262144 pages",
            "the same for 64 bits"
        ),
        ([5: vector([[4] + unsigned(262_145)])], "262145 pages exceeds the limit", "the same at first"),
        ([5: vector([[2, 1]])], "a shared memory has no maximum", "shared without a bound"),
        ([5: vector([[1, 2, 1]])], "maximum is below its minimum", "the maximum below the minimum"),
        ([5: vector([[8, 1, 0]])], "the unknown flags 8", "custom page sizes"),
        ([5: vector([[0x80, 0, 1]])], "the unknown flags 128", "flags are a byte, no number"),
        ([13: vector([[0, 1]])], "a tag has results", "a tag that gives a value"),
        (
            exports(export("a", 0, 9)), "the export \"a\" refers to item 9 of kind 0, which does not exist",
            "no function 9"
        ),
        (exports(export("a", 1, 0)), "refers to item 0 of kind 1,", "no table"),
        (exports(export("a", 2, 1)), "refers to item 1 of kind 2,", "no second memory"),
        (exports(export("a", 3, 0)), "refers to item 0 of kind 3,", "no global"),
        (exports(export("a", 4, 0)), "refers to item 0 of kind 4,", "no tag"),
        (exports(export("a", 5, 0)), "refers to item 0 of kind 5,", "an unknown kind"),
        (exports([1, 0xFF, 0, 0]), "an export's name is not UTF-8", "no UTF-8"),
        (exports(export("malloc", 2, 0)), "\"malloc\" is exported twice", "a name twice"),
        ([8: [1]], "the start function, 1, has parameters or results", "a start function with parameters"),
        ([8: [9]], "the start function, 9, does not exist", "no function 9"),
        ([8: [0, 0]], "section 8 has 1 bytes after its content", "too long"),
    ]

    static let constants: [Row] = [
        (global([i32], [0x42, 0]), "should have the type i32, but is i64", "a number of the wrong type"),
        (global([i32], number + number), "gives 2 values", "two values"),
        (global([i32], []), "gives 0 values", "no value"),
        (global([i32], number + number + [0x6D]), "not constant: instruction 109", "a division"),
        (global([i32], number + [0x6A]), "lacks an operand", "an addition of one"),
        (global([i32], number + [0x42, 0, 0x6A]), "operand of a wrong type", "an addition of two types"),
        (global([i32], [0x23, 0]), "refers to global 0, which is not defined yet", "itself"),
        (
            [6: vector([[i32, 1] + number + [0x0B], [i32, 0, 0x23, 0, 0x0B]])],
            "refers to global 0, which is mutable", "a variable"
        ),
        (
            [6: vector([[i64, 0, 0x42, 0, 0x0B], [i32, 0, 0x23, 0, 0x0B]])],
            "should have the type i32, but is i64", "a global of another type"
        ),
        (global([v128], [0xFD, 0x0D]), "is not constant", "another vector instruction"),
        (global([funcref], [0xD0, externref]), "should have the type funcref, but is externref", "null"),
        (global([0x64, funcref], [0xD0, funcref]), "but is funcref", "null where none may be"),
        (global([funcref], [0xD2, 9]), "refers to function 9, which does not exist", "no function 9"),
        (global([0x63, 0], [0xD0, funcref]), "should have the type (ref null $0)", "any function"),
        (global([0x63, 0], [0xD0, 0x71]), "but is nullref", "null of the other hierarchy"),
        (global([0x6D], [0xD0, 0x6E]), "should have the type eqref, but is anyref", "a supertype"),
        (global([i32], [0x41, 0xFF, 0xFF, 0xFF, 0xFF, 0x4F]), "not a number of 32 bits", "33 bits"),
        (global([i32], [0x41, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]), "not a number of 32 bits", "its sign"),
        (
            global([i64], [0x42] + [UInt8](repeating: 0xFF, count: 9) + [0x3F]), "not a number of 64 bits",
            "65 bits"
        ),
        (global([i32], [1] + number), "is not constant: instruction 1", "nop"),
        (global([i32], [0xFB, 30]), "instruction 251 30", "an instruction after ref.i31"),
    ]

    static let segments: [Row] = [
        ([9: vector([[0] + number + [0x0B, 0]])], "for table 0, which does not exist", "no table"),
        ([4: table, 9: vector([[2, 1] + number + [0x0B, 0, 0]])], "for table 1", "no second table"),
        ([4: table, 9: vector([[8]])], "an element segment has the unknown kind 8", "an unknown kind"),
        (
            [4: table, 9: vector([[1, 1, 0]])], "elements have the unknown kind 1",
            "elements of an unknown kind"
        ),
        (
            [4: table, 9: vector([[0] + number + [0x0B, 1, 9]])], "function 9, which does not",
            "no function 9"
        ),
        ([4: table, 9: vector([[0, 0x42, 0, 0x0B, 0]])], "should have the type i32", "a place of 64 bits"),
        (
            [4: vector([[externref, 0, 4]]), 9: vector([[0] + number + [0x0B, 1, 0]])],
            "a segment of (ref func) is for a table of externref", "functions for a table of something else"
        ),
        (
            [4: table, 9: vector([[4] + number + [0x0B, 1] + number + [0x0B]])],
            "an element should have the type funcref, but is i32", "a number for a function"
        ),
        (
            [4: vector([[0x63, 0, 0, 4]]), 9: vector([[6, 0] + number + [0x0B, 0x63, 1, 0]])],
            "a segment of (ref null $1) is for a table of (ref null $0)", "functions of another type"
        ),
        ([11: vector([[3, 1, 7]])], "a data segment has the unknown kind 3", "an unknown kind"),
        ([11: vector([[2, 1] + number + [0x0B, 0]])], "for memory 1, which does not exist", "no memory 1"),
        ([11: vector([[0, 0x42, 0, 0x0B, 0]])], "should have the type i32, but is i64", "64 bits"),
        ([11: vector([[0] + number + [0x0B, 5, 7]])], "should have 5 bytes, but 1 follow", "cut off"),
        (
            [12: [2], 11: vector([[1, 1, 7]])], "the data count is 2, but the number of data segments is 1",
            "one less"
        ),
        ([12: [1]], "the data count is 1, but there is no data section", "no data at all"),
    ]

    static let code: [Row] = [
        ([10: vector([[2, 0, 0x0B]])], "2 functions are declared, but 1 have a body", "one body too few"),
        ([3: vector([[0]]), 7: vector([marker])], "1 functions are declared, but 2", "one body too many"),
        (code([0]), "has 0 bytes", "an empty body"),
        (
            code([3, 0, 0x0B, 1]), "function 2, offset 0x52: 1 bytes follow the end of the body",
            "a byte after the end"
        ),
        (code([5, 0, 0x0B]), "has 5 bytes, but 2 follow", "longer than the section"),
        (code([2, 1, 1]), "the body ends within an instruction", "cut off within the locals"),
        (code([4, 1, 1, 0x10, 0x0B]), "unknown type 16", "a local of an unknown type"),
        (
            [10: vector([[3, 1, 1, i32], [4, 0, 0x20, 0, 0x0B]])],
            "the body does not finish with an end instruction",
            "only locals"
        ),
        (code([7, 1] + unsigned(50_001) + [i32, 0x0B, 0]), "50001 locals", "one over the limit"),
        (
            [10: vector([[2, 0, 0x0B], [8, 1] + unsigned(50_000) + [i32, 0x20, 0, 0x0B]])],
            "has 50001 locals", "parameters count"
        ),
    ]

    @Test(
        "reports each module that engines reject, with the place of the fault",
        arguments: types + definitions + constants + segments + code
    )
    func invalid(changes: [UInt8: [UInt8]], phrase: String, why: String) throws {
        let module = try PluginBytes(changes).read()
        let problem = try #require(module.problems.first, "\(why)")
        #expect(module.problems.count == 1, "\(why)")
        #expect(problem.kind == .invalid, "\(why)")
        #expect(problem.description.contains(phrase), "\(why): \(problem)")
        let isInBody = problem.description.hasPrefix("function \(problem.function ?? -1), offset 0x")
        #expect(isInBody || problem.description.hasSuffix(" (at byte \(problem.offset))"), "\(why)")
    }

    static let uninstantiable: [(changes: [UInt8: [UInt8]], phrase: String, why: String)] = [
        (
            [11: vector([[0] + constant(65_535) + [0x0B, 2, 7, 7]])], "a data segment of 2 at 65535",
            "one byte too far"
        ),
        (
            [11: vector([[0] + constant(65_537) + [0x0B, 0]])], "of 0",
            "an empty one"
        ),
        ([11: vector([[0, 0x41, 0x7F, 0x0B, 0]])], "4294967295", "-1 is unsigned"),
        (
            [5: vector([[4, 1]]), 11: vector([[0, 0x42, 0x7F, 0x0B, 0]])], "18446744073709551615",
            "-1 of 64 bits"
        ),
        (
            [11: vector([[0] + constant(65_535) + constant(1) + [0x6A, 0x0B, 1, 7]])],
            "at 65536", "a sum"
        ),
        (
            [6: vector([[i32, 0] + constant(65_536) + [0x0B]]), 11: vector([[0, 0x23, 0, 0x0B, 1, 7]])],
            "at 65536", "a global's value"
        ),
        (
            [4: table, 9: vector([[0] + constant(4) + [0x0B, 1, 0]])],
            "an element segment of 1 at 4 does not fit into the table, which has 4", "one entry too far"
        ),
    ]

    @Test("reports segments that prevent instantiation, with their place", arguments: uninstantiable)
    func instance(changes: [UInt8: [UInt8]], phrase: String, why: String) throws {
        let module = try PluginBytes(changes).read()
        let problem = try #require(module.problems.first, "\(why)")
        #expect(module.problems.map(\.kind) == [.segmentOutOfBounds], "\(why)")
        #expect(problem.message.contains(phrase), "\(why): \(problem.message)")
        #expect(problem.offset > 8, "\(why)")
    }

    static let accepted: [(changes: [UInt8: [UInt8]], why: String)] = [
        ([:], "the plain plugin"),
        ([1: types(function([UInt8](repeating: i32, count: 1000)))], "1000 parameters"),
        ([1: types([0x4E, 0])], "an empty group"),
        ([4: vector([[funcref, 0] + unsigned(10_000_000)])], "10,000,000 entries"),
        ([4: vector([[funcref, 5, 1] + unsigned(.max)])], "a table of 64 bits without a real bound"),
        ([5: vector([[0] + unsigned(16_384)])], "1 GiB"),
        ([5: vector([[3, 1, 1]])], "a shared memory"),
        ([5: vector([[5, 1] + unsigned(262_144)])], "the largest memory of 64 bits"),
        ([5: [0x81, 0x80, 0x80, 0x80, 0, 0, 1]], "a count in five bytes"),
        ([11: vector([[0] + constant(65_536) + [0x0B, 0]])], "an empty segment at the end"),
        ([11: vector([[0] + constant(65_536) + constant(1) + [0x6B, 0x0B, 1, 7]])], "a difference"),
        (
            [11: vector([[0] + constant(65_536) + constant(65_536) + [0x6C, 0x0B, 1, 7]])],
            "a product that wraps around"
        ),
        ([11: vector([[0x80, 0] + constant(0) + [0x0B, 1, 7]])], "a kind in two bytes"),
        (global([i32], [0x41, 0x80, 0x80, 0x80, 0x80, 0x78]), "the least number of 32 bits"),
        (global([i64], [0x42] + [UInt8](repeating: 0xFF, count: 9) + [0x7F]), "-1 in ten bytes"),
        (global([funcref], [0xD0, 0x73]), "null of no function"),
        (global([0x64, 0], [0xD2, 0]), "a function of the expected type"),
        (global([0x63, 0], [0xD0, 0x73]), "null of no function for a type of the module"),
        (global([0x6E], [0xD0, 0x6D]), "a subtype"),
        (global([0x6C], [0xD0, 0x71]), "null of the whole hierarchy"),
        (
            [
                4: vector([[0x40, 0, 0x64, funcref, 0, 4, 0xD2, 0, 0x0B]]),
                9: vector([[0] + number + [0x0B, 1, 0]]),
            ],
            "functions for entries that are never null"
        ),
        (code([7, 1] + unsigned(50_000) + [i32, 1, 0x0B]), "50,000 locals"),
        ([12: [0]], "a data count of 0 and no data segments"),
        (global([0x6C], number + [0xFB, 0x1C]), "a small integer of garbage collection"),
        ([9: vector([[5, i32, 0]])], "an element segment of numbers, which nothing uses"),
        (
            [1: [4] + function() + function([i32], [i32]) + [0x50, 0, 0x60, 0, 0, 0x50, 1, 2, 0x60, 0, 0]],
            "a subtype"
        ),
    ]

    @Test("accepts each module that engines accept", arguments: accepted)
    func fine(changes: [UInt8: [UInt8]], why: String) throws {
        #expect(try PluginBytes(changes).read().problems == [], "\(why)")
    }

    static let orders: [(ids: [UInt8], isRight: Bool, why: String)] = [
        ([5, 13, 6, 7, 9, 12, 10, 11], true, "the order of the specification"),
        ([13, 5], false, "tags before memories"),
        ([6, 13], false, "tags after globals"),
        ([7, 6], false, "globals after exports"),
        ([10, 12], false, "the data count after the code"),
        ([11, 10], false, "code after data"),
        ([5, 5], false, "twice"),
        ([5, 0, 6], true, "custom sections are allowed anywhere"),
    ]

    @Test("requires the order of sections, each at most once", arguments: orders)
    func order(ids: [UInt8], isRight: Bool, why: String) throws {
        let sections = ids.flatMap { section($0, [0]) }
        let problems = try readModule(SampleModule.preamble + sections).problems
        #expect(problems.isEmpty == isRight, "\(why)")
        // The second section's content begins at byte 13.
        #expect(problems.allSatisfy { $0.offset == 13 }, "\(why)")
        #expect(
            problems.allSatisfy { $0.message.contains("section \(ids[1]) is out of order or repeated") },
            "\(why)"
        )
    }
}
