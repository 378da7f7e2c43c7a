import Diagnostics
import TestSupport
import Testing
import Wasm

/// A canceled task stops reading a module at its next piece, however many items follow.
@Suite struct CancellationTests {
    private static let count = 40_000

    /// Returns a section of many items, each of which is small.
    private static func many(_ id: UInt8, _ item: (Int) -> [UInt8]) -> [UInt8] {
        section(id, vector((0..<count).map(item)))
    }

    private static let types = section(1, vector([function()]))
    private static let functions = many(3) { _ in [0] }

    static let modules: [(what: String, content: [UInt8])] = [
        ("types", many(1) { _ in function([i32], [i32]) }),
        ("imports", types + many(2) { imported("function\($0)", [0, 0]) }),
        ("globals", many(6) { _ in [i32, 0] + constant(7) + [0x0B] }),
        ("exports", types + section(3, vector([[0]])) + many(7) { export("function\($0)", 0, 0) }),
        ("bodies", types + functions + many(10) { _ in [4, 0, 1, 1, 0x0B] }),
        ("names", custom("name", section(1, vector((0..<count).map { unsigned($0) + name("function") })))),
        (
            "producers",
            custom(
                "producers",
                vector([
                    name("language")
                        + vector(
                            (0..<900).map { _ in
                                name(String(repeating: "x", count: 200)) + name("")
                            }
                        )
                ])
            )
        ),
        ("sections", (0..<count).flatMap { _ in custom("note", [1]) }),
    ]

    @Test("stops reading", arguments: modules.map(\.what))
    func stops(what: String) async throws {
        let content = try #require(Self.modules.first { $0.what == what }?.content)
        let bytes = SampleModule.preamble + content
        var whole = 0
        _ = try readModule(size: bytes.count) { offset, count in
            whole += 1
            return Array(bytes[offset...].prefix(count))
        }
        #expect(whole >= 4, "the module has several pieces")
        let canceled = whole / 2
        let task = Task {
            var fetches = 0
            let failure = #expect(throws: (any Error).self) {
                try readModule(size: bytes.count) { offset, count in
                    fetches += 1
                    if fetches == canceled { withUnsafeCurrentTask { $0?.cancel() } }
                    return Array(bytes[offset...].prefix(count))
                }
            }
            #expect(fetches == canceled, "nothing is read after the cancellation")
            switch failure {
            case let error as ReadError<ModuleOutline.Problem>:
                guard case .failure(let failure) = error else { return false }
                return failure.code == .interrupted
            default: return (failure as? Failure)?.code == .interrupted
            }
        }
        #expect(await task.value)
    }
}
