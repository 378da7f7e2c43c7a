import Foundation
import SystemPackage
import TestSupport
import Testing

/// A scripted registry named `registry.example.com`, and windows of a terminal in which `wasmpack` uses it.
final class ScreenBench: Sendable {
    /// What a person has seen.
    struct Seen: Decodable, Sendable {
        let status: Int32
        /// The screens by name; the last one is `end`.
        let snapshots: [String: String]
        /// The colored runs of the last screen: row, first and last column, color.
        let colors: [Run]
        /// Everything that was written.
        let bytes: String
        /// By how many columns a line of progress exceeded the window.
        let widest: Int

        struct Run: Decodable, Sendable, CustomStringConvertible {
            let description: String

            init(from decoder: any Decoder) throws {
                var run = try decoder.unkeyedContainer()
                let places = try (0..<3).map { _ in try run.decode(Int.self) }
                description =
                    "\(places[0]) \(places[1])-\(places[2]) \(try run.decode(String.self))"
            }
        }
    }

    private static let python = Fixtures.path("../.venv/bin/python3")
    static let isExpected =
        FileManager.default.fileExists(atPath: Fixtures.path("../.venv/bin/envoy")) || Workspace.isCI
    static let whySkipped: Comment = "there is no .venv (make test-deps)"

    let work: Workspace
    let registry: ScriptedRegistry
    private let proxy: PeerProcess
    /// The variables that lead to the registry.
    let variables: [String: String]

    init() async throws {
        work = try Workspace()
        registry = try await ScriptedRegistry.start(usesTLS: true)
        proxy = try await PeerProcess.start("proxy.py", ["--to", "\(registry.port)"])
        struct Ready: Decodable { let port: Int }
        let port = try JSONDecoder().decode(Ready.self, from: proxy.ready).port
        variables = [
            "https_proxy": "http://127.0.0.1:\(port)",
            "SSL_CERT_FILE": registry.caFile?.string ?? "",
            "TERM": "xterm-256color",
        ]
        try work.write(Modules.plugin, to: "plugin.wasm")
        try work.write(try Fixtures.bytes("wasm/tiny/component.wasm"), to: "component.wasm")
    }

    /// Runs a command without a terminal.
    func run(_ arguments: [String], input: String = "", _ more: [String: String] = [:]) async throws
        -> CommandLineRun
    {
        try await work.start(arguments, input: input, adding: variables.merging(more) { $1 }).wait()
    }

    /// Runs a command in a window, of `wasmpack` or another program; `steps` are those of `screen.py`.
    func see(
        program: String = Workspace.program,
        _ arguments: [String],
        columns: Int = 80,
        steps: String = "[]",
        _ more: [String: String] = [:],
        files: [String] = []
    ) async throws -> Seen {
        let run = try await RunningProgram(
            Self.python,
            [PeerProcess.path(of: "screen.py"), "--columns", "\(columns)", "--control", registry.controlURL]
                + files + [steps, program] + arguments,
            environment: work.environment.merging(variables) { $1 }.merging(more) { $1 },
            in: work.folder,
            check: work.expectNoSecrets
        ).wait()
        try #require(run.status == 0, "\(run)")
        return try JSONDecoder().decode(Seen.self, from: run.outputBytes)
    }
}

/// The golden files of what people see.
enum Screens {
    private static let isRecording = ProcessInfo.processInfo.environment["WASMPACK_RECORD"] == "1"

    private static let isRecordedZlib =
        (try? Tool.run(Workspace.program, ["--version"]).output.contains("zlib 1.2.13)")) == true

    /// Compares what was seen with a golden file, or writes the file with `WASMPACK_RECORD=1`.
    static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation)
        throws
    {
        let file = URL(filePath: Fixtures.path("cli/screens/\(name).txt"))
        let text = fixed(text)
        if isRecording {
            try FileManager.default.createDirectory(
                at: file.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            return try Data(text.utf8).write(to: file)
        }
        // The digests and sizes in the golden files depend on zlib.
        guard isRecordedZlib else { return }
        let wanted = (try? String(contentsOf: file, encoding: .utf8)) ?? ""
        #expect(text == wanted, "\(name)", sourceLocation: sourceLocation)
    }

    /// The text with fixed rates and times, which depend on the machine.
    private static func fixed(_ text: String) -> String {
        // A rate of zero has no time left.
        text.replacing(/\d+(\.\d)? [KMG]?i?B\/s(  [\w ]+ left)?/, with: "9.9 MiB/s  9 s left")
            .replacing(/\ in\ (?:\d+ min )?\d+ s\b/, with: " in 9 s")
            .replacing(/[━─#-]+(?=  +\d+%)/) { String(repeating: "━", count: min(10, $0.output.count)) }
    }
}

extension ScreenBench.Seen {
    /// A golden text: the command, its screens, and the colors of the last one.
    func golden(_ arguments: [String], columns: Int, _ names: [String] = [], withColors: Bool = false)
        -> String
    {
        var parts = ["$ wasmpack \(arguments.joined(separator: " "))\n"]
        for name in names + ["end"] {
            parts.append("-- \(name == "end" ? "\(columns) columns, exit \(status)" : name)\n")
            parts.append(snapshots[name] ?? "(no screen \(name))\n")
        }
        if withColors { parts.append("-- colors\n" + colors.map { "\($0)\n" }.joined()) }
        return parts.joined()
    }
}
