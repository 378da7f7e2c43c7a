import Diagnostics
import Testing

/// docs/reference/exit-codes.md against the program.
struct ExitCodeTests {
    @Test func `the page has each error code at its exit status`() throws {
        let codes = Dictionary(grouping: Failure.Code.allCases) { $0.exitStatus.rawValue }
        var expected = codes.mapValues { Set($0.map(\.rawValue)) }
        expected[0] = []
        var documented: [Int32: Set<String>] = [:]
        for row in try Document("docs/reference/exit-codes.md").rows("# Exit codes") {
            guard let status = Int32(row[0]) else { continue }
            documented[status] = Set(row.last?.code ?? [])
        }
        #expect(documented == expected)
    }
}
