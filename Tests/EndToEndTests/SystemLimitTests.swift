import Foundation
import TestSupport
import Testing

/// The limits of the system: a message that names the limit and exit status 71, never another cause.
@Suite(.timed, .timeLimit(.minutes(5))) struct SystemLimitTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "module.wasm")
    }

    private func run(_ limit: String) async throws -> CommandLineRun {
        let script = "\(limit); exec \"$0\" build module.wasm"
        return try await work.other("/bin/sh", "-c", script, Workspace.program)
    }

    static let limits: [(limit: String, phrase: String)] = [
        ("ulimit -n 4", "open files"), ("ulimit -n 16", "open files"), ("ulimit -v 120000", "address space"),
        ("ulimit -v 150000", "address space"),
    ]

    @Test("names the limit that is too small", arguments: limits)
    func tooSmall(limit: String, phrase: String) async throws {
        let run = try await run(limit)
        #expect(run.status == 71, "\(run)")
        #expect(run.errorText.contains("error[system-limit]"), "\(run)")
        #expect(run.errorText.contains(phrase), "\(run)")
        #expect(!work.exists("plugin-oci"))
        // The remedy works, where the limit may be raised.
        let raised = limit.hasPrefix("ulimit -n") ? "ulimit -n 1024" : "ulimit -v unlimited"
        #expect(run.errorText.contains("try: \(raised)"), "\(run)")
        let repaired = try await self.run(raised)
        #expect(repaired.status == 0, "\(repaired)")
    }

    @Test("raises a limit as far as permitted", arguments: ["ulimit -Sn 8", "ulimit -Sn 20"])
    func raised(limit: String) async throws {
        let run = try await run(limit)
        #expect(run.status == 0, "\(run)")
    }

    @Test func `names the limit if no thread can be created`() async throws {
        let program = try await work.asOrdinaryUser("test", "-x", Workspace.program)
        guard program.status == 0 else {
            return print("skipped: an ordinary user cannot run \(Workspace.program)")
        }
        // The limit does not apply to root.
        for command in [["version"], ["build", "module.wasm"], ["tags", "127.0.0.1:1/a/b"]] {
            // Without the check, Swift's runtime waits for a thread forever.
            let run = try await work.asOrdinaryUser(
                "timeout",
                ["--kill-after=1", "60", "prlimit", "--nproc=0", Workspace.program] + command
            )
            #expect(run.status == 71, "\(run)")
            #expect(
                run.errorText.hasPrefix("error[system-limit]: the system allows no more threads\n"),
                "\(run)"
            )
            #expect(run.errorText.contains("ulimit -u"), "\(run)")
            #expect(run.outputText.isEmpty, "\(run)")
        }
        #expect(!work.exists("plugin-oci"))
    }

    @Test func `writes no core file, and neither do credential helpers`() async throws {
        try work.write(Data(#"{"credsStore":"core"}"#.utf8), to: "home/.docker/config.json")
        let script =
            "#!/bin/sh\ngrep 'core file' /proc/self/limits >\"$HOME/limit\"\ncat >/dev/null\necho '{}'\n"
        try work.writeScript(script, to: "bin/docker-credential-core")
        let registry = try await ScriptedRegistry("--auth", "basic", "--user", "me:hush-core")
        _ = try await work.run("push", "\(registry.name)/a/b:v1", "module.wasm", "--plain-http")
        let limit = String(decoding: try work.bytes(of: "home/limit"), as: UTF8.self)
        let words = limit.split(whereSeparator: \.isWhitespace)
        // 1 byte: less than the smallest core, and the value with which the kernel starts no program for it either.
        #expect(words.dropFirst(4).first.map { $0 == "1" || $0 == "0" } == true, "\(limit)")
    }
}
