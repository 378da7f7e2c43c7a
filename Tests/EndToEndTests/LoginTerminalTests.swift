import Foundation
import TestSupport
import Testing

/// `login` on a real terminal, with a person who types, changes their mind, or leaves.
@Suite(.timeLimit(.minutes(5))) struct LoginTerminalTests {
    /// What was seen on the terminal.
    private struct Seen: Decodable {
        let status: Int32
        let screen: String
        let echo: [Bool]
        let isRestored: Bool
    }

    private static let config = "home/.docker/config.json"

    private func login(_ work: Workspace, _ steps: String, _ arguments: [String]) async throws -> Seen {
        let script = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "Support/terminal.py").path()
        let run = try await RunningProgram(
            "/usr/bin/env",
            [
                "python3", script, "--output", work.path("output"), steps, Workspace.program, "login",
                "r.example",
            ]
                + ["--no-verify"] + arguments,
            environment: work.environment,
            in: work.folder
        ).wait()
        try #require(run.status == 0, "\(run)")
        #expect(!run.description.contains("hush"), "\(run)")
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
}
