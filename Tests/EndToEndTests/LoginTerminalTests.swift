import Foundation
import TestSupport
import Testing

/// `login` on a real terminal, with a person who types, changes their mind, or leaves.
@Suite(.timed, .timeLimit(.minutes(5))) struct LoginTerminalTests {
    /// What was seen on the terminal.
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
            ["python3", script, "--output", work.path("output"), steps] + command,
            environment: work.environment,
            in: work.folder,
            check: work.expectNoSecrets
        ).wait()
        try #require(run.status == 0, "\(run)")
        return try JSONDecoder().decode(Seen.self, from: run.outputBytes)
    }

    @Test func `user and password are asked for, and the password is never shown`() async throws {
        let work = try Workspace()
        let seen = try await login(
            work,
            #"[{"expect": "User name for r.example: "}, {"type": "ci\n"}, {"expect": "Password of ci: "}, "#
                + #"{"type": "hush-\u00e4 word\n"}, {"expect": "stored"}]"#,
            ["--json"]
        )
        #expect(seen.status == 0, "\(seen)")
        #expect(seen.echo == [true, false])
        #expect(seen.isRestored)
        // The questions are the terminal's: the document is alone on standard output.
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

    @Test("however the question ends, the terminal is as it was and nothing is kept", arguments: ends)
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

    @Test func `Ctrl-Z shows what is typed in the shell, and the question comes again afterwards`()
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

    @Test func `a line that the terminal may have cut is refused`() async throws {
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

    @Test func `without standard input of a person nobody is asked, though there is a terminal`() async throws
    {
        let work = try Workspace()
        let line = "exec \(Workspace.program) login r.example -u ci --no-verify </dev/null"
        let seen = try await run(work, "[]", ["sh", "-c", line])
        #expect(seen.status == 64, "\(seen)")
        #expect(seen.screen.contains("no terminal to ask"), "\(seen)")
    }

    @Test func `a user name that is typed is looked at before the password is asked for`() async throws {
        let work = try Workspace()
        let seen = try await login(work, #"[{"expect": "User name"}, {"type": "c:i\n"}]"#, [])
        #expect(seen.status == 64, "\(seen)")
        #expect(seen.screen.contains("a colon"), "\(seen)")
        #expect(!seen.screen.contains("Password"), "\(seen)")
    }

    @Test func `a question shows no character that only deceives`() async throws {
        let work = try Workspace()
        let seen = try await login(
            work,
            #"[{"expect": "Password"}, {"until": "off"}, {"type": "\u0004"}]"#,
            ["-u", "c\u{202E}i"]
        )
        #expect(seen.status == 64, "\(seen)")
        #expect(!seen.screen.unicodeScalars.contains("\u{202E}"), "\(seen)")
    }

    @Test func `after the question signals do what they always do`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "bearer", "--user", "ci:hush-word")
        // The first question to the registry is answered, and seen; the second one is where the program is then.
        try await registry.order(#"[{"path": "/token", "stall": 3600}]"#)
        let login = "\(Workspace.program) login \(registry.name) --plain-http -u ci --debug"
        let asked = #"{"expect": "Password"}, {"until": "off"}, {"type": "hush-word\n"}, {"expect": "/v2/"}"#
        // One that is ended by Ctrl-\\ may leave a dump, which nobody wants here.
        let command = ["sh", "-c", "ulimit -c 0; exec \(login)"]
        let closed = try await run(work, #"[\#(asked), {"signal": 1}]"#, command)
        #expect(closed.status == 129, "\(closed)")
        let ended = try await run(work, #"[\#(asked), {"type": "\u001c"}]"#, command)
        #expect(ended.status == -SIGQUIT, "\(ended)")
        #expect(ended.isRestored)
    }
}
