import TestSupport
import Testing
import Wasm

/// Bodies that would exhaust the memory, the stack or the patience of a careless validator.
@Suite(.timed, .timeLimit(.minutes(2))) struct HostileBodyTests {
    /// Reads a module with one more function, of the type `[] -> []`.
    private func read(_ body: [UInt8], locals: [UInt8] = [0]) throws -> Module {
        let content = locals + body
        let code = unsigned(content.count) + content
        return try PluginBytes([
            3: vector([[0], [1], [0]]), 10: vector([[2, 0, 0x0B], [4, 0, 0x20, 0, 0x0B], code]),
        ]).read()
    }

    private func repeated(_ bytes: [UInt8], _ count: Int) -> [UInt8] {
        [UInt8]([[UInt8]](repeating: bytes, count: count).joined())
    }

    @Test func `accepts 100,000 nested blocks`() throws {
        let body = repeated([2, 0x40], 100_000) + repeated([0x0B], 100_001)
        #expect(try read(body).problems == [])
    }

    @Test func `reports a million nested blocks as not validated`() throws {
        let module = try read(repeated([2, 0x40], 1_000_001))
        #expect(module.problems.map(\.kind) == [.notJudged])
        #expect(!module.bodiesAreValidated)
    }

    @Test func `reports a stack of millions of values as not validated`() throws {
        // A function with 1000 results, called 5000 times.
        let results = function([], [UInt8](repeating: i32, count: 1000))
        let body = repeated([0x10, 2], 5_000) + [0x0B]
        let code = unsigned(body.count + 1) + [0] + body
        let module = try PluginBytes([
            1: [3] + function() + function([i32], [i32]) + results, 3: vector([[0], [1], [2], [0]]),
            10: vector([[2, 0, 0x0B], [4, 0, 0x20, 0, 0x0B], [3, 0, 0, 0x0B], code]),
        ]).read()
        #expect(module.problems.map(\.kind) == [.notJudged])
    }

    @Test func `rejects more than 50,000 locals without making them`() throws {
        let most = unsigned(Int(UInt32.max)) + [i32]
        let module = try read([0x0B], locals: [2] + most + most)
        #expect(module.problems.first?.message.contains("more than 50000") == true)
    }

    @Test func `validates a br_table of 65,520 targets, and rejects more`() throws {
        func table(_ count: Int) -> [UInt8] {
            [0x41, 0, 0x0E] + unsigned(count) + [UInt8](repeating: 0, count: count + 1) + [0x0B]
        }
        #expect(try read(table(65_520)).problems == [])
        #expect(try read(table(65_521)).problems.first?.kind == .invalid)
        let endless = [0x41, 0, 0x0E] + unsigned(Int(UInt32.max)) + [0x0B]
        #expect(try read(endless).problems.first?.kind == .invalid)
    }

    static let numbers: [(body: [UInt8], phrase: String, why: String)] = [
        ([0x41, 0x80], "ends within an instruction", "cut off"),
        ([0x41, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1A, 0x0B], "not a number of 32 bits", "33 bits"),
        ([0x41, 0x80, 0x80, 0x80, 0x80, 0x80, 0, 0x1A, 0x0B], "not a number of 32 bits", "six bytes"),
        (
            [0x42] + [UInt8](repeating: 0x80, count: 9) + [2, 0x1A, 0x0B], "not a number of 64 bits",
            "65 bits"
        ),
        ([0x20, 0x80, 0x80, 0x80, 0x80, 0x10, 0x1A, 0x0B], "not a number of 32 bits", "an index of 33 bits"),
        ([0x0C, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F, 0x0B], "refers to block 4294967295", "the largest index"),
        ([0x43, 0, 0, 0], "ends within an instruction", "a float of three bytes"),
        ([0x41, 0, 0x28, 2, 0x80, 0x80], "ends within an instruction", "an offset that is cut off"),
        ([0], "does not finish with an end instruction", "no end"),
    ]

    @Test("rejects wrong numbers in bodies", arguments: numbers)
    func number(body: [UInt8], phrase: String, why: String) throws {
        let problem = try #require(try read(body).problems.first, "\(why)")
        #expect(problem.kind == .invalid && problem.message.contains(phrase), "\(why): \(problem)")
    }

    @Test func `reads each byte of large code about once, in pieces`() throws {
        let body: [UInt8] = [0] + repeated([1], 30_000) + [0x0B]
        let code = unsigned(body.count) + body
        let count = 100
        let bytes = PluginBytes([
            3: vector([[0], [1]] + [[UInt8]](repeating: [0], count: count)),
            10: vector([[2, 0, 0x0B], [4, 0, 0x20, 0, 0x0B]] + [[UInt8]](repeating: code, count: count)),
        ]).bytes
        var total = 0
        var largest = 0
        let module = try readModule(size: bytes.count) { offset, wanted in
            let piece = Array(bytes.dropFirst(offset).prefix(wanted))
            total += piece.count
            largest = max(largest, piece.count)
            return piece
        }
        #expect(module.problems == [])
        #expect(total < bytes.count * 3 / 2)
        #expect(largest <= 256 << 10)
    }

    @Test func `collects the features that a module uses, with their first use`() throws {
        // f32.const, i32.trunc_sat_f32_s, drop, i32.const, i8x16.splat, drop
        let body: [UInt8] = [0x43, 0, 0, 0, 0, 0xFC, 0, 0x1A, 0x41, 0, 0xFD, 0x0F, 0x1A, 0x0B]
        let module = try read(body)
        #expect(module.features.map(\.feature) == [.saturatingConversions, .simd])
        #expect(module.features.map(\.function) == [2, 2])
        #expect(module.features.map(\.instruction) == ["i32.trunc_sat_f32_s", "i8x16.splat"])
        let code = try #require(module.outline.sections.first { $0.id == 10 })
        #expect(module.features.first?.offset == code.offset + code.size - body.count + 5)
    }
}
