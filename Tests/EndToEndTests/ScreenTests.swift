import Foundation
import TestSupport
import Testing

/// What people see in windows of 20 to 120 columns: compared with the files of Fixtures/cli/screens.
@Suite(
    .timed,
    .timeLimit(.minutes(10)),
    .enabled(if: ScreenBench.isExpected, ScreenBench.whySkipped)
)
struct ScreenTests {
    static let image = "registry.example.com/team/header-auth"
    private static let pushed = [["push", "\(image):v1", "plugin.wasm"]]

    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let arguments: [String]
        /// The widths of the windows; the first one is seen in the short tests, the others in the long ones.
        var columns = [80]
        var before: [[String]] = []
        var variables: [String: String] = [:]
        var status: Int32 = 0

        var testDescription: String { name }
    }

    static let cases: [Case] = [
        Case(name: "build", arguments: ["build", "plugin.wasm", "-t", "\(image):v1"], columns: [80, 40]),
        Case(name: "push", arguments: ["push", "\(image):v1", "plugin.wasm"], columns: [80, 20, 40, 120]),
        Case(
            name: "push-layout",
            arguments: ["push", "\(image):v1"],
            before: [["build", "plugin.wasm", "-t", "\(image):v1"]]
        ),
        Case(name: "push-again", arguments: ["push", "\(image):v1", "plugin.wasm"], before: pushed),
        Case(
            name: "push-moved",
            arguments: ["push", "\(image):v1", "other.wasm", "--also-tag", "stable"],
            before: pushed
        ),
        Case(name: "push-dry-run", arguments: ["push", "\(image):v1", "plugin.wasm", "--dry-run"]),
        Case(
            name: "check",
            arguments: ["check", "registry.example.com:5000/team/header-auth:v1"],
            columns: [80, 20, 40, 120],
            before: pushed
        ),
        Case(name: "check-component", arguments: ["check", "component.wasm"], columns: [80, 40], status: 1),
        Case(
            name: "inspect",
            arguments: ["inspect", "\(image):v1"],
            columns: [80, 40, 120],
            before: pushed
        ),
        Case(name: "verify", arguments: ["verify", "\(image):v1"], columns: [80, 40], before: pushed),
        Case(
            name: "verify-expect",
            arguments: ["verify", "\(image):v1", "--expect", "sha256:" + String(repeating: "0", count: 64)],
            before: pushed,
            status: 1
        ),
        Case(name: "pull", arguments: ["pull", "\(image):v1", "-o", "pulled.wasm"], before: pushed),
        Case(
            name: "copy",
            arguments: ["copy", "\(image):v1", "registry.example.com/other/header-auth:v1"],
            before: pushed
        ),
        Case(name: "tag", arguments: ["tag", "\(image):v1", "v2", "stable"], before: pushed),
        Case(name: "tags", arguments: ["tags", image, "--digests"], columns: [40, 120], before: pushed),
        Case(
            name: "ls",
            arguments: ["ls", "plugin-oci"],
            columns: [80, 40, 120],
            before: [["build", "plugin.wasm", "-t", "\(image):v1", "-t", "\(image):stable"]]
        ),
        Case(name: "delete", arguments: ["delete", "\(image):v1", "--yes"], before: pushed),
        Case(
            name: "error",
            arguments: ["push", "\(image):v1", "nowhere.wasm"],
            columns: [80, 20, 40],
            status: 66
        ),
        Case(
            name: "no-color",
            arguments: ["push", "\(image):v1", "plugin.wasm"],
            variables: ["NO_COLOR": "1"]
        ),
        Case(name: "ci", arguments: ["push", "\(image):v1", "plugin.wasm"], variables: ["CI": "true"]),
        Case(name: "dumb", arguments: ["push", "\(image):v1", "plugin.wasm"], variables: ["TERM": "dumb"]),
        Case(
            name: "c-locale",
            arguments: ["push", "\(image):v1", "plugin.wasm"],
            variables: ["LC_ALL": "C"]
        ),
        Case(
            name: "unknown-locale",
            arguments: ["check", "component.wasm"],
            variables: ["LC_ALL": "xx_XX"],
            status: 1
        ),
        Case(name: "quiet", arguments: ["push", "\(image):v1", "plugin.wasm", "-q"]),
        Case(name: "json", arguments: ["push", "\(image):v1", "plugin.wasm", "--json"], columns: [120]),
    ]

    @Test("what a command shows", arguments: cases)
    func screen(_ row: Case) async throws { try await Self.compare(row, row.columns.prefix(1)) }

    /// Compares what a command shows in windows of some widths with the golden files.
    static func compare(_ row: Case, _ widths: some Sequence<Int>) async throws {
        for columns in widths {
            let bench = try await ScreenBench()
            try bench.work.write(Modules.tiny, to: "other.wasm")
            for arguments in row.before { #expect(try await bench.run(arguments).status == 0) }
            let seen = try await bench.see(row.arguments, columns: columns, row.variables)
            #expect(seen.status == row.status, "\(seen)")
            let isPlain = !row.variables.isEmpty && row.variables["LC_ALL"] == nil
            #expect(
                seen.bytes.contains("\u{1B}") != (isPlain || ["quiet", "tags", "ls"].contains(row.name))
            )
            try Screens.expect(
                seen.golden(row.arguments, columns: columns, withColors: columns == 80),
                "\(row.name)-\(columns)"
            )
        }
    }
}

/// The same commands in the other windows.
@Suite(
    .long,
    .timed,
    .timeLimit(.minutes(10)),
    .enabled(if: ScreenBench.isExpected, ScreenBench.whySkipped)
)
struct ScreenWidthLongTests {
    @Test(
        "what a command shows in other windows",
        arguments: ScreenTests.cases.filter { $0.columns.count > 1 }
    )
    func screen(_ row: ScreenTests.Case) async throws {
        try await ScreenTests.compare(row, row.columns.dropFirst())
    }
}
