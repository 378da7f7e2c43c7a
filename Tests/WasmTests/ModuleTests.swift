import Diagnostics
import TestSupport
import Testing
import Wasm

@Suite struct ModuleTests {
    @Test func `compares names by their bytes`() throws {
        let names = ["caf\u{E9}", "cafe\u{301}"]
        let exports = names.map { export($0, 0, 0) }
        let bytes =
            SampleModule.preamble + section(1, vector([function()])) + section(3, vector([[0]]))
            + section(7, vector(exports)) + section(10, vector([[2, 0, 0x0B]]))
        let module = try readModule(bytes)
        #expect(module.problems == [])
        #expect(module.exports.map { Array($0.name.utf8) } == names.map { Array($0.utf8) })
    }

    /// A module with each kind of section and of import.
    static let everything = PluginBytes(
        [
            1: vector([
                function(), function([i32], [i32]), function([i64, 0x7D, 0x7C, v128]),
                [0x4E] + vector([[0x50, 0, 0x5F] + vector([[0x78, 1], [0x63, 4, 0]]), [0x5E, 0x77, 0]]),
                [0x60, 3, externref, 0x63, 3, 0x64, 0x70, 0],
            ]),
            2: vector([
                imported("call", [0, 2]), imported("table", [1, funcref, 1, 1, 2]),
                imported("memory", [2, 3, 1, 9]), imported("global", [3, i64, 1]),
                imported("tag", [4, 0, 0]),
            ]),
            4: vector([[externref, 4, 7], [0x40, 0, 0x64, 0x70, 0, 1, 0xD2, 0, 0x0B]]),
            5: vector([[5, 1, 2]]),
            13: vector([[0, 2]]),
            6: vector([[i32, 0] + constant(3) + [0x0B]]),
            7: vector([
                export("proxy_abi_version_0_2_1", 0, 1), export("malloc", 0, 2), export("t", 1, 2),
                export("m", 2, 1), export("g", 3, 1), export("e", 4, 1), export("references", 0, 0),
            ]),
            8: [1],
            9: vector([
                [0] + constant(0) + [0x0B, 1, 1], [1, 0, 1, 1], [2, 0] + constant(0) + [0x0B, 0, 1, 1],
                [3, 0, 1, 1], [4] + constant(0) + [0x0B, 1, 0xD2, 1, 0x0B],
                [5, externref, 1, 0xD0, externref, 0x0B],
                [6, 0] + constant(0) + [0x0B, funcref, 1, 0xD0, funcref, 0x0B], [7, funcref, 0],
            ]),
            12: [2],
            11: vector([[0] + constant(65_535) + [0x0B, 1, 7], [1, 2, 7, 7]]),
        ],
        rest: custom("name", [0, 2, 1, 0x61, 1, 4, 1, 1, 1, 0x66])
    )

    @Test func `reads every kind of section`() throws {
        let module = try Self.everything.read()
        #expect(module.problems == [])
        let call = FunctionType([.i64, .f32, .f64, .v128], [])
        #expect(
            module.imports.map(\.type) == [
                .function(call),
                .table(.reference("funcref"), Limits(minimum: 1, maximum: 2)),
                .memory(Limits(minimum: 1, maximum: 9, isShared: true)),
                .global(.i64, isMutable: true),
                .tag(FunctionType([], [])),
            ]
        )
        #expect(module.imports.map(\.name) == ["call", "table", "memory", "global", "tag"])
        #expect(module.imports.allSatisfy { $0.module == "env" })
        let own = Limits(minimum: 1, maximum: 2, is64: true)
        #expect(
            module.exports.map(\.type) == [
                .function(FunctionType([], [])),
                .function(FunctionType([.i32], [.i32])),
                .table(.reference("(ref func)"), Limits(minimum: 1)),
                .memory(own),
                .global(.i32, isMutable: false),
                .tag(call),
                .function(call),
            ]
        )
        #expect(module.memories.map(\.limits) == [Limits(minimum: 1, maximum: 9, isShared: true), own])
        #expect(module.functionCount == 3)
        #expect(module.start == 1)
        #expect(module.name == "a")
        #expect(module.functionNames == [1: "f"])
    }

    @Test func `reports offsets from the start of the file`() throws {
        let plugin = Self.everything
        let module = try plugin.read()
        for one in module.imports {
            let bytes = name("env") + name(one.name)
            #expect(plugin.bytes.dropFirst(one.offset).starts(with: bytes))
        }
        for one in module.exports {
            #expect(plugin.bytes.dropFirst(one.offset).starts(with: name(one.name)))
        }
        #expect(module.memories.map(\.isImported) == [true, false])
        for (memory, limits) in zip(module.memories, [[3, 1, 9], [5, 1, 2]] as [[UInt8]]) {
            #expect(plugin.bytes.dropFirst(memory.offset).starts(with: limits))
        }
        let names = try #require(module.customSections.first)
        #expect(names.offset + names.size == plugin.bytes.count)
    }

    static let references: [(bytes: [UInt8], words: String)] = [
        ([0x70], "funcref"), ([0x6F], "externref"), ([0x6E], "anyref"), ([0x6D], "eqref"),
        ([0x6C], "i31ref"), ([0x6B], "structref"), ([0x6A], "arrayref"), ([0x69], "exnref"),
        ([0x74], "nullexnref"), ([0x73], "nullfuncref"), ([0x72], "nullexternref"), ([0x71], "nullref"),
        ([0x63, 0x70], "funcref"), ([0x64, 0x70], "(ref func)"), ([0x64, 0x6F], "(ref extern)"),
        ([0x63, 0], "(ref null $0)"), ([0x64, 1], "(ref $1)"), ([0x64, 0x81, 0], "(ref $1)"),
        ([0x64, 0x71], "(ref none)"),
    ]

    @Test("shows references in the notation of the text format", arguments: references)
    func reference(bytes: [UInt8], words: String) throws {
        let module = try PluginBytes([2: vector([imported("g", [3] + bytes + [0])])]).read()
        #expect(module.imports.map(\.type) == [.global(.reference(words), isMutable: false)])
    }

    @Test func `reads a real plugin`() throws {
        let module = try readModule(Fixtures.bytes("wasm/header-authorization/plugin.wasm"))
        #expect(module.problems == [])
        #expect(module.imports.allSatisfy { $0.module == "env" })
        #expect(module.imports.count == 3)
        #expect(module.exports.contains { $0.name == "proxy_on_request_headers" })
        #expect(module.memories.map(\.limits) == [Limits(minimum: 2)])
    }

    @Test func `reads other sections after an unreadable one`() throws {
        let module = try PluginBytes([5: [9]]).read()
        #expect(module.problems.map(\.kind) == [.invalid])
        #expect(module.exports.map(\.name) == ["proxy_abi_version_0_2_1", "malloc"])
    }

    @Test func `reports only the first validation error`() throws {
        // Without types, every function is invalid too.
        let module = try PluginBytes([1: [1, 0x99]]).read()
        #expect(module.problems.count == 1)
        #expect(module.problems.first?.description == "a type has the unknown form 153 (at byte 11)")
        #expect(module.problems.first?.offset == 11)
    }

    @Test func `throws read errors of the file`() {
        let bytes = Self.everything.bytes
        let failure = #expect(throws: Failure.self) {
            var calls = 0
            let outline = try ModuleOutline(size: bytes.count) { offset, count in
                Array(bytes.dropFirst(offset).prefix(count))
            }
            _ = try Module(outline) { (offset, count) throws(Failure) in
                calls += 1
                if calls > 0 { throw Failure(.fileUnreadable, "gone") }
                return Array(bytes.dropFirst(offset).prefix(count))
            }
        }
        #expect(failure?.code == .fileUnreadable)
    }
}
