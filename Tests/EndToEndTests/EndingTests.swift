import Foundation
import TestSupport
import Testing

/// A signal at any moment ends the program with a message and without leftover files.
///
/// A program that does not stop within five seconds exits immediately, without a message. So the message shows that the
/// program stopped in time.
@Suite(.timed, .timeLimit(.minutes(5))) struct EndingTests {
    static let signals: [(number: Int32, status: Int32, code: String)] = [
        (SIGINT, 130, "interrupted"), (SIGTERM, 143, "terminated"), (SIGHUP, 129, "hangup"),
    ]

    /// Sends a signal to a program at a given moment, and checks for leftover files.
    private func end(
        _ running: RunningProgram,
        by signal: (number: Int32, status: Int32, code: String),
        in work: Workspace,
        when moment: () async throws -> Void
    ) async throws -> CommandLineRun {
        try await moment()
        running.signal(signal.number)
        let run = try await running.wait()
        #expect(run.status == signal.status, "\(run)")
        #expect(run.errorText.contains("error[\(signal.code)]"), "\(run)")
        #expect(try work.names(in: "tmp").isEmpty)
        #expect(try work.names().filter { $0.hasPrefix(".wasmpack") }.isEmpty)
        return run
    }

    @Test("ends during a connection attempt or TLS handshake", arguments: [["--full"], []], signals)
    func connecting(options: [String], signal: (number: Int32, status: Int32, code: String)) async throws {
        struct Ready: Decodable { let port: Int }
        let work = try Workspace()
        let peer = try await PeerProcess.start("silent.py", options + ["--log", work.path("log")])
        let port = try JSONDecoder().decode(Ready.self, from: peer.ready).port
        let running = try work.start(
            ["pull", "127.0.0.1:\(port)/test/plugin:v1"],
            adding: work.ownTemporaryFolder()
        )
        let run = try await end(running, by: signal, in: work) { try await work.wait(for: "log", running) }
        #expect(run.outputText.isEmpty)
    }

    static let answers: [(rule: String, path: String, count: Int, why: String)] = [
        (#"{"path": "/token", "stall": 3600}"#, "/token", 1, "while a token is asked for"),
        (#"{"path": "/manifests/", "stall": 3600}"#, "/manifests/", 1, "while an answer is waited for"),
        (#"{"path": "/manifests/", "status": 503}"#, "/manifests/", 5, "in a pause between two tries"),
        (
            #"{"path": "/manifests/", "status": 429, "headers": {"Retry-After": "500"}}"#, "/manifests/", 1,
            "in a pause that the registry asked for"
        ),
    ]

    @Test("ends while it waits for a registry", arguments: answers, signals)
    func asking(
        answer: (rule: String, path: String, count: Int, why: String),
        signal: (number: Int32, status: Int32, code: String)
    ) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "bearer", "--anonymous-pull")
        try await registry.order("[\(answer.rule)]")
        let running = try work.start(
            ["pull", "\(registry.name)/test/plugin:v1", "--plain-http", "--retries", "100", "--json"],
            adding: work.ownTemporaryFolder()
        )
        let run = try await end(running, by: signal, in: work) {
            try await registry.wait(answer.path, count: answer.count)
        }
        struct Document: Decodable {
            struct Body: Decodable { let code: String }
            let error: Body
        }
        let document = try JSONDecoder().decode(Document.self, from: run.outputBytes)
        #expect(document.error.code == signal.code, "\(answer.why)")
    }

    @Test("ends while a credential helper runs", arguments: signals)
    func helping(signal: (number: Int32, status: Int32, code: String)) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "basic", "--user", "ci:hush-word")
        try work.writeScript(
            "#!/bin/sh\ntouch '\(work.path("log"))'\nexec sleep 3600\n",
            to: "bin/docker-credential-slow"
        )
        try work.write(#"{"credsStore": "slow"}"#.utf8, to: "home/.docker/config.json")
        let running = try work.start(
            ["pull", "\(registry.name)/test/plugin:v1", "--plain-http"],
            adding: work.ownTemporaryFolder()
        )
        _ = try await end(running, by: signal, in: work) { try await work.wait(for: "log", running) }
    }

    @Test("ends while it waits for a password on standard input", arguments: signals)
    func reading(signal: (number: Int32, status: Int32, code: String)) async throws {
        let work = try Workspace()
        let pipe = try FullPipe(at: work.path("pipe"))
        let running = try RunningProgram(
            "/bin/sh",
            ["-c", "exec \(Workspace.program) login 127.0.0.1:1 -u ci --password-stdin <pipe"],
            environment: work.environment.merging(work.ownTemporaryFolder()) { $1 },
            in: work.folder
        )
        // The input never ends, because the test can write to the pipe.
        let run = try await end(running, by: signal, in: work) { try await pipe.waitForReader() }
        #expect(run.outputText.isEmpty)
    }

    @Test("deletes an interrupted upload", arguments: signals)
    func sending(signal: (number: Int32, status: Int32, code: String)) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.plugin, to: "module.wasm")
        try await registry.order(Self.stallingUploads)
        let running = try work.start(
            ["push", "\(registry.name)/test/plugin:v1", "module.wasm", "--plain-http"],
            adding: work.ownTemporaryFolder()
        )
        _ = try await end(running, by: signal, in: work) {
            try await registry.wait(for: "PUT", "")
        }
        try await expectNoUpload(at: registry, work)
    }

    @Test func `deletes an upload that exceeds the time limit`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.plugin, to: "module.wasm")
        try await registry.order(Self.stallingUploads)
        // A busy machine may need longer to get as far as the upload.
        for limit in [2, 10, 60] {
            let push = ["push", "\(registry.name)/test/plugin:v1", "module.wasm", "--plain-http"]
            let run = try await work.start(push + ["--timeout", "\(limit)"]).wait()
            #expect(run.status == 75, "\(run)")
            #expect(run.errorText.contains("error[timed-out]: not finished within \(limit) s"), "\(run)")
            if try await registry.requests().contains(where: { $0.hasPrefix("PUT ") }) { break }
        }
        try await expectNoUpload(at: registry, work)
    }

    private static let stallingUploads = #"[{"method": "PUT", "path": "/blobs/uploads/", "stall": 3600}]"#

    /// Expects that every started upload was deleted, and that the registry has none of them.
    private func expectNoUpload(at registry: ScriptedRegistry, _ work: Workspace) async throws {
        func paths(_ method: String, _ requests: [String]) -> Set<String> {
            Set(
                requests.filter { $0.hasPrefix(method + " /v2/") }.map {
                    String($0.dropFirst(method.count + 1))
                }
            )
        }
        let requests = try await registry.requests()
        let uploads = paths("PUT", requests)
        #expect(!uploads.isEmpty)
        #expect(paths("DELETE", requests).isSuperset(of: uploads), "\(requests)")
        for path in uploads {
            let left = try await work.other(
                "curl",
                "-s",
                "-o",
                "/dev/null",
                "-w",
                "%{http_code}",
                "http://\(registry.name)\(path)"
            )
            #expect(left.outputText == "404")
        }
    }

    @Test func `removes temporary files also after two signals in quick succession`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.large(500_000), to: "module.wasm")
        _ = try await work.run("push", reference, "module.wasm", "--plain-http")
        try await registry.order(
            #"[{"method": "GET", "path": "/blobs/", "stall": {"after": 100, "seconds": 3600}}]"#
        )
        let before = try await registry.requests().count
        let running = try work.start(["pull", reference, "--plain-http"], adding: work.ownTemporaryFolder())
        try await registry.wait(for: "GET", "/blobs/", after: before)
        running.signal(SIGINT)
        running.signal(SIGTERM)
        let run = try await running.wait()
        #expect([130, 143].contains(run.status), "\(run)")
        #expect(try work.names(in: "tmp").isEmpty)
        #expect(!work.exists("plugin.wasm"))
    }

    @Test func `ignores SIGHUP under nohup`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try await registry.order(#"[{"path": "/manifests/", "stall": 3600}]"#)
        let running = try RunningProgram(
            "/usr/bin/nohup",
            [Workspace.program, "pull", "\(registry.name)/test/plugin:v1", "--plain-http"],
            environment: work.environment,
            in: work.folder
        )
        try await registry.wait(for: "GET", "/manifests/", after: 0)
        running.signal(SIGHUP)
        running.signal(SIGINT)
        #expect(try await running.wait().status == 130)
    }
}
