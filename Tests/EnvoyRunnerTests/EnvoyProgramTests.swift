import Diagnostics
import SystemPackage
import TestSupport
import Testing

@testable import EnvoyRunner

/// Verdicts from Envoy's output, with scripts that imitate Envoy; `CheckEnvoyTests` uses the real one.
@Suite(.timed, .timeLimit(.minutes(5))) struct EnvoyProgramTests {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// Writes a script that prints a version of Envoy, and otherwise runs the given lines.
    private func verdict(_ lines: String, timeLimit: Duration = .seconds(120)) async throws -> EnvoyVerdict {
        let path = scratch.appending("envoy").string
        try writeScript(
            """
            #!/bin/sh
            [ "$1" = --version ] && exec echo "envoy  version: 9e55/1.40.0/Clean/RELEASE/BoringSSL"
            \(lines)
            """,
            to: path
        )
        let version = try await EnvoyProgram(path).version()
        return try await ModuleValidation(
            in: FoundEnvoy(FilePath(path), version: version, source: "a test"),
            supervisor: FilePath(BuiltProgram.wasmpack),
            timeLimit: timeLimit
        ).verdict(on: "plugin.wasm")
    }

    @Test func `a status of 0 means that the module was loaded`() async throws {
        let verdict = try await verdict("exit 0")
        #expect(verdict == EnvoyVerdict(version: "1.40.0", outcome: .loaded))
    }

    @Test func `returns the first reason, regardless of the plugin's own logs`() async throws {
        let log = """
            cat >&2 <<'END'
            wasm|wasm log: Wasm VM failed to be interesting
            wasm|Wasm VM failed Failed to load Wasm module due to a missing import: env.nothing
            wasm|Wasm VM failed Failed to load Wasm code
            wasm|Plugin plugin failed to load
            main|error initializing configuration '/x.json': Unable to create Wasm plugin plugin
            END
            exit 1
            """
        let reason = "Failed to load Wasm module due to a missing import: env.nothing"
        #expect(try await verdict(log).outcome == .rejected(consumerMessage: reason))
    }

    @Test func `does not return the plugin's own logs as the reason`() async throws {
        let log = """
            echo 'wasm|wasm log plugin: no configuration' >&2
            echo 'wasm|Failed to start base Wasm' >&2
            exit 1
            """
        #expect(try await verdict(log).outcome == .rejected(consumerMessage: "Failed to start base Wasm"))
    }

    static let causes: [String] = [
        "Function: _start failed: Uncaught RuntimeError: unreachable",
        "Function: _initialize failed: Uncaught Error: restricted_callback",
        "Failed to load Wasm module due to a missing import: env.nothing",
        "Failed to load Wasm module due to an import type mismatch: env.proxy_log, want: void -> void, but host exports: i32",
        "Bad function signature for: malloc, want: i32 -> i32, but the module exports: i32 -> void",
        "Failed to create new Wasm instance",
    ]

    @Test("quotes the first message about the cause, not the general one after it", arguments: causes)
    func cause(message: String) async throws {
        let log = """
            echo 'wasm|wasm log plugin: Function: not Envoy' >&2
            printf '%s\\n' 'wasm|\(message)\\nProxy-Wasm plugin in-VM backtrace:' >&2
            echo 'wasm|Failed to load Wasm module due to a missing import: env.second' >&2
            echo 'wasm|Wasm VM failed Failed to initialize Wasm code' >&2
            echo 'wasm|Plugin plugin failed to load' >&2
            exit 1
            """
        #expect(try await verdict(log).outcome == .rejected(consumerMessage: message))
    }

    @Test func `without a Wasm message, returns the last message about the configuration`() async throws {
        let verdict = try await verdict("echo 'main|first' >&2; echo 'main|no such type' >&2; exit 1")
        #expect(verdict.outcome == .rejected(consumerMessage: "no such type"))
        #expect(try await self.verdict("exit 1").outcome == .rejected(consumerMessage: nil))
    }

    @Test func `reports a crash of Envoy, also behind a shell`() async throws {
        #expect(try await verdict("kill -SEGV $$").outcome == .killed(signal: 11))
        #expect(try await verdict("exit 139").outcome == .killed(signal: 11))
    }

    @Test func `reports an Envoy that does not end`() async throws {
        let verdict = try await verdict("exec sleep 1000", timeLimit: .seconds(2))
        #expect(verdict.outcome == .endless(after: 2))
    }

    @Test func `reports an Envoy that logs endlessly`() async throws {
        let verdict = try await verdict("exec yes 'wasm|wasm log: on and on' >&2")
        guard case .flooding(let size) = verdict.outcome else {
            Issue.record("\(verdict)")
            return
        }
        #expect(size > 1_000_000)
    }

    @Test func `reports a missing program`() async throws {
        for name in [scratch.appending("nothing").string, "no-such-envoy"] {
            let failure = await #expect(throws: Failure.self) {
                try await EnvoyProgram(name).version()
            }
            #expect(failure?.code == .envoyMissing)
            #expect(failure?.message.contains(name) == true)
        }
    }

    @Test func `rejects a program that is not Envoy, with any status`() async throws {
        for lines in ["exit 0", "exit 1", "echo 'GNU coreutils 9.1'", "echo 'x version: 1.2'"] {
            let path = scratch.appending("other").string
            try writeScript("#!/bin/sh\n\(lines)\n", to: path)
            let failure = await #expect(throws: Failure.self) {
                try await EnvoyProgram(path).version()
            }
            #expect(failure?.code == .envoyMissing)
            #expect(failure?.message == "\(path) is not Envoy")
        }
    }

    @Test func `the configuration names the module and is removed afterwards`() async throws {
        let copy = scratch.appending("seen").string
        _ = try await verdict("cp \"$4\" '\(copy)'; printf '%s' \"$4\" >'\(copy).path'; exit 0")
        let seen = String(decoding: try contents(of: scratch.appending("seen")), as: UTF8.self)
        #expect(seen.contains(#""filename":"plugin.wasm""#))
        let path = String(decoding: try contents(of: scratch.appending("seen.path")), as: UTF8.self)
        #expect(path.hasSuffix("/envoy.json"))
        #expect(throws: (any Error).self) { try contents(of: FilePath(path)) }
    }
}
