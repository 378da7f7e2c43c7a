import Foundation
import TestSupport
import Testing

/// `login` on a real terminal, with a user who types, corrects the input or aborts.
@Suite(.timed, .timeLimit(.minutes(5))) struct LoginTerminalTests {
    /// The output on the terminal.
    private struct Seen: Decodable {
        let status: Int32
        let screen: String
        let echo: [Bool]
        let isRestored: Bool
    }

    private static let config = "home/.docker/config.json"

    private func login(_ work: Workspace, _ steps: String, _ arguments: [String]) async throws -> Seen {
        try await run(work, steps, [Workspace.program, "login", "r.example", "--no-verify"] + arguments)
    }

    private func run(_ work: Workspace, _ steps: String, _ command: [String]) async throws -> Seen {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Support/terminal.py").path()
        let run = try await RunningProgram(
            "/usr/bin/env",
            [Python.path, script, "--output", work.path("output"), steps] + command,
            environment: work.environment,
            in: work.folder,
            check: work.expectNoSecrets
        ).wait()
        try #require(run.status == 0, "\(run)")
        return try JSONDecoder().decode(Seen.self, from: run.outputBytes)
    }

    @Test func `prompts for user name and password without showing the password`() async throws {
        let work = try Workspace()
        let seen = try await login(
            work,
            #"[{"expect": "Username for r.example: "}, {"type": "ci\n"}, {"expect": "Password for ci: "}, "#
                + #"{"type": "hush-\u00e4 word\n"}, {"expect": "stored"}]"#,
            ["--json"]
        )
        #expect(seen.status == 0, "\(seen)")
        #expect(seen.echo == [true, false])
        #expect(seen.isRestored)
        // The prompts go to the terminal; standard output has only the document.
        let document =
            try JSONSerialization.jsonObject(with: Data(work.bytes(of: "output"))) as? [String: Any]
        #expect(document?["username"] as? String == "ci")
        let auth = Data("ci:hush-ä word".utf8).base64EncodedString()
        #expect(try String(decoding: work.bytes(of: Self.config), as: UTF8.self).contains(auth))
    }

    static let ends: [(typed: String, status: Int32, why: String)] = [
        (#"{"type": "hush\u0003"}"#, 130, "Ctrl-C"), (#"{"type": "\u0003\u0003"}"#, 130, "Ctrl-C, twice"),
        (#"{"type": "hush\u001c"}"#, 131, "Ctrl-\\"), (#"{"signal": 15}"#, 143, "SIGTERM"),
        (#"{"signal": 1}"#, 129, "the terminal is closed"), (#"{"type": "\u0004"}"#, 64, "Ctrl-D"),
        (#"{"type": "\n"}"#, 64, "an empty line"),
    ]

    @Test("restores the terminal and stores nothing if the prompt is aborted", arguments: ends)
    func end(typed: String, status: Int32, why: String) async throws {
        let work = try Workspace()
        let seen = try await login(
            work,
            #"[{"expect": "Password"}, {"until": "off"}, \#(typed)]"#,
            ["-u", "ci"]
        )
        #expect(seen.status == status, "\(why): \(seen)")
        #expect(seen.isRestored, "\(why): \(seen)")
        #expect(!work.exists("home/.docker"), "\(why)")
    }

    @Test func `Ctrl-Z restores the terminal, and the prompt appears again afterwards`()
        async throws
    {
        let work = try Workspace()
        let seen = try await login(
            work,
            #"[{"expect": "Password"}, {"type": "\u001a"}, {"until": "stopped"}, {"until": "on"}, {"signal": 18}, "#
                + #"{"expect": "Password"}, {"until": "off"}, {"type": "hush-word\n"}]"#,
            ["-u", "ci"]
        )
        #expect(seen.status == 0, "\(seen)")
        #expect(seen.echo == [false, false])
        #expect(seen.isRestored)
        #expect(work.exists(Self.config))
    }

    @Test func `rejects a line that the terminal may have truncated`() async throws {
        let work = try Workspace()
        let long = String(repeating: "hush", count: 1100)
        let seen = try await login(
            work,
            #"[{"expect": "Password"}, {"until": "off"}, {"type": "\#(long)\n"}]"#,
            ["-u", "ci"]
        )
        #expect(seen.status == 64, "\(seen)")
        #expect(seen.screen.contains("--password-stdin"), "\(seen)")
        #expect(!work.exists("home/.docker"))
    }

    @Test func `does not prompt if standard input is not a terminal`() async throws {
        let work = try Workspace()
        let line = "exec \(Workspace.program) login r.example -u ci --no-verify </dev/null"
        let seen = try await run(work, "[]", ["sh", "-c", line])
        #expect(seen.status == 64, "\(seen)")
        #expect(seen.screen.contains("cannot ask for the password: there is no terminal"), "\(seen)")
    }

    @Test func `checks a typed user name before the password prompt`() async throws {
        let work = try Workspace()
        let seen = try await login(work, #"[{"expect": "Username"}, {"type": "c:i\n"}]"#, [])
        #expect(seen.status == 64, "\(seen)")
        #expect(seen.screen.contains("a colon"), "\(seen)")
        #expect(!seen.screen.contains("Password"), "\(seen)")
    }

    @Test func `removes deceptive characters from a prompt`() async throws {
        let work = try Workspace()
        let seen = try await login(
            work,
            #"[{"expect": "Password"}, {"until": "off"}, {"type": "\u0004"}]"#,
            ["-u", "c\u{202E}i"]
        )
        #expect(seen.status == 64, "\(seen)")
        #expect(!seen.screen.unicodeScalars.contains("\u{202E}"), "\(seen)")
    }

    @Test func `restores the signal handlers after the prompt`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "bearer", "--user", "ci:hush-word")
        // Before the password is asked for, a token is requested without it. With it, the program waits for the response.
        // A signal may end the program before that request, so requests are not counted.
        try await registry.order(#"[{"path": "/token", "with": "Authorization: Basic", "stall": 3600}]"#)
        let login = "\(Workspace.program) login \(registry.name) --plain-http -u ci --debug"
        let asked = #"{"expect": "Password"}, {"until": "off"}, {"type": "hush-word\n"}, {"expect": "/v2/"}"#
        // Ctrl-\\ may write a core dump, which the test disables.
        let command = ["sh", "-c", "ulimit -c 0; exec \(login)"]
        let closed = try await run(work, #"[\#(asked), {"signal": 1}]"#, command)
        #expect(closed.status == 129, "\(closed)")
        let ended = try await run(work, #"[\#(asked), {"type": "\u001c"}]"#, command)
        #expect(ended.status == -SIGQUIT, "\(ended)")
        #expect(ended.isRestored)
    }
}
