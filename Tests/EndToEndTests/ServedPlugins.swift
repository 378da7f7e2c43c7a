import Foundation
import TestSupport
import Testing

/// `wasmpack run` in a workspace with the reference plugin, and a folder in which only it has temporary files.
struct ServedPlugins {
    static let envoy = "--envoy=\(Envoy.program)"

    let work: Workspace
    private let temporary: ShortFolder

    init() throws {
        work = try Workspace()
        temporary = try ShortFolder()
        try work.write(Modules.plugin, to: "plugin.wasm")
    }

    func run(_ arguments: [String]) async throws -> CommandLineRun {
        try await work.start(["run", Self.envoy] + arguments, adding: ["TMPDIR": temporary.path]).wait()
    }

    /// A `run` that has begun.
    struct Begun {
        let program: RunningProgram
        /// The name of the file with its standard output.
        let output: String
    }

    /// Starts `run`.
    func begin(_ arguments: [String], in envoy: String = Envoy.program) throws -> Begun {
        let output = "url-\(UUID().uuidString)"
        let program = try RunningProgram(
            "/bin/bash",
            ["-c", #"exec "$0" "${@:2}" >"$1""#, Workspace.program, output, "run", "--envoy=\(envoy)"]
                + arguments,
            environment: work.environment.merging(["TMPDIR": temporary.path]) { $1 },
            in: work.folder
        )
        return Begun(program: program, output: output)
    }

    /// Starts `run` and waits for its URL.
    func serve(_ arguments: [String], in envoy: String = Envoy.program) async throws -> (
        program: RunningProgram, url: String
    ) {
        let begun = try begin(arguments, in: envoy)
        return (begun.program, try await url(of: begun))
    }

    /// Waits for the URL.
    func url(of begun: Begun) async throws -> String {
        var url = ""
        try await wait(for: "the URL", within: .seconds(60)) {
            if begun.program.hasEnded { throw PeerError(try await begun.program.wait().description) }
            url = (try? work.bytes(of: begun.output)).map { String(decoding: $0, as: UTF8.self) } ?? ""
            return url.hasSuffix("\n")
        }
        return url.trimmingCharacters(in: .newlines)
    }

    /// Returns the process of Envoy.
    func envoyProcess() throws -> Int32 {
        let path = Array(temporary.path.utf8)
        let found = try FileManager.default.contentsOfDirectory(atPath: "/proc").compactMap { Int32($0) }
            .first {
                let words = FileManager.default.contents(atPath: "/proc/\($0)/cmdline") ?? Data()
                let name = FileManager.default.contents(atPath: "/proc/\($0)/comm") ?? Data()
                return name.starts(with: Array("envoy".utf8)) && words.firstRange(of: path) != nil
            }
        return try #require(found, "Envoy does not run")
    }

    /// Returns whether wasmpack has taken a module: it copies each build.
    func hasTaken(_ module: [UInt8]) -> Bool {
        let names = FileManager.default.enumerator(atPath: temporary.path)?.compactMap { $0 as? String } ?? []
        return names.contains { name in
            name.hasSuffix(".wasm")
                && FileManager.default.contents(atPath: "\(temporary.path)/\(name)").map(Array.init) == module
        }
    }

    /// Requests a path, and returns the response's status and body.
    func get(_ url: String, _ headers: String...) async throws -> (status: Int, body: String) {
        let fields = headers.flatMap { ["-H", $0] }
        let run = try await work.otherwise("curl", ["-s", "-w", "\n%{http_code}"] + fields + [url])
        let lines = run.outputText.split(separator: "\n", omittingEmptySubsequences: false)
        let status = try #require(lines.last.flatMap { Int($0) }, "\(run)")
        return (status, lines.dropLast().joined(separator: "\n"))
    }

    /// The copies of builds that `run --watch` has now.
    func builds() -> [String] {
        // A folder may vanish meanwhile.
        ((try? FileManager.default.subpathsOfDirectory(atPath: temporary.path)) ?? []).filter {
            $0.contains("/build-")
        }
    }

    func expectNothingLeft() async throws {
        try await wait(for: "the end of Envoy", within: .seconds(60)) {
            try TestedPlugins.processes(mentioning: temporary.path).isEmpty
                && FileManager.default.contentsOfDirectory(atPath: temporary.path).isEmpty
        }
    }
}

/// A folder whose path is short enough for sockets, and in which only the program writes.
final class ShortFolder: Sendable {
    let path = "/tmp/wt-\(UInt32.random(in: .min ... .max))"

    init() throws {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }
}
