import Foundation
import TestSupport
import Testing

/// The changes of `login` and `logout` to files and helpers, without a registry.
@Suite(.timed, .timeLimit(.minutes(5))) struct LoginFileTests {
    private static let config = "home/.docker/config.json"

    private func login(
        _ work: Workspace,
        _ registry: String,
        _ more: [String] = [],
        input: String = "hush-word\n",
        adding: [String: String] = [:]
    ) async throws -> CommandLineRun {
        try await work.start(
            ["login", registry, "-u", "ci", "--password-stdin", "--no-verify"] + more,
            input: input,
            adding: adding
        ).wait()
    }

    /// A helper that stores its input in a file and logs its arguments.
    private func addHelper(_ work: Workspace, _ lines: String) throws -> [String: String] {
        let name = "bin/docker-credential-test"
        try work.writeScript("#!/bin/sh\necho \"$*\" >>calls\n\(lines)\n", to: name)
        return ["PATH": "\(work.path("bin")):\(work.environment["PATH"] ?? "")"]
    }

    private func text(_ work: Workspace, _ name: String = config) throws -> String {
        String(decoding: try work.bytes(of: name), as: UTF8.self)
    }

    @Test func `creates the file and its folder for the user only, with any umask`() async throws {
        let work = try Workspace()
        let run = try await work.run(
            by: "sh",
            "-c",
            "umask 0; exec \(Workspace.program) login r.example -u ci --password-stdin --no-verify",
            input: "hush-word"
        )
        #expect(run.status == 0, "\(run)")
        let modes = try [Self.config, "home/.docker"].map {
            try FileManager.default.attributesOfItem(atPath: work.path($0))[.posixPermissions] as? Int
        }
        #expect(modes == [0o600, 0o700])
        #expect(
            try text(work)
                == "{\n\t\"auths\": {\n\t\t\"r.example\": {\n\t\t\t\"auth\": \"Y2k6aHVzaC13b3Jk\"\n\t\t}\n\t}\n}\n"
        )
    }

    @Test func `keeps the mode of a file that other users can read, and warns`() async throws {
        let work = try Workspace()
        try work.write(Array("{}".utf8), to: Self.config)
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644],
            ofItemAtPath: work.path(Self.config)
        )
        let run = try await login(work, "r.example")
        #expect(run.errorText.contains("chmod 600 "), "\(run)")
        let mode = try FileManager.default.attributesOfItem(atPath: work.path(Self.config))[.posixPermissions]
        #expect(mode as? Int == 0o644)
    }

    static let malformed = [
        "{", #"{"auths":[]}"#, #"{"auths":{},"auths":{}}"#, "not json", "[]",
        #"{"auths":{"registry.example":{"auth":hush-secret}}}"#, #"{"hush-secret":1,"hush-secret":2}"#,
    ]

    @Test("never writes a malformed file, and fails before the prompt", arguments: malformed)
    func notUnderstood(content: String) async throws {
        let work = try Workspace()
        try work.write(Array(content.utf8), to: Self.config)
        // Nothing listens on the port: the file is checked first.
        let verified = ["login", "localhost:1", "-u", "ci", "--password-stdin"]
        for arguments in [verified, verified + ["--no-verify"], ["logout", "localhost:1"]] {
            let run = try await work.start(arguments, input: "hush-word").wait()
            #expect(run.status == 78, "\(run)")
            #expect(run.errorText.contains("error[config-invalid]"), "\(run)")
            #expect(run.errorText.contains("~/.docker/config.json"), "\(run)")
            #expect(try text(work) == content)
        }
        #expect(try work.names(in: "home/.docker") == ["config.json"])
    }

    @Test func `stores the secret in the helper and not in the file`() async throws {
        let work = try Workspace()
        // The helper's file is the only one that may contain the secret.
        try work.write([], to: "kept")
        let variables = try addHelper(
            work,
            #"case $1 in store) cat >kept;; erase) cat >erased; rm -f kept;; esac"#
        )
        try work.write(
            Array(#"{"x":1,"credsStore":"test","auths":{"r.example":{"auth":"b2xk"}}}"#.utf8),
            to: Self.config
        )
        let run = try await login(work, "r.example", ["--json"], adding: variables)
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains(#""helper":"docker-credential-test""#), "\(run)")
        #expect(!run.errorText.contains("unencrypted"), "\(run)")
        #expect(try text(work, "kept") == #"{"Secret":"hush-word","ServerURL":"r.example","Username":"ci"}"#)
        #expect(
            try text(work)
                == "{\n\t\"x\": 1,\n\t\"credsStore\": \"test\",\n\t\"auths\": {\n\t\t\"r.example\": {}\n\t}\n}\n"
        )
        let logout = try await work.run("logout", "r.example", adding: variables)
        #expect(logout.status == 0, "\(logout)")
        #expect(logout.errorText.contains("docker-credential-test"), "\(logout)")
        #expect(try text(work, "erased") == "r.example")
        #expect(!work.exists("kept"))
        #expect(try !text(work).contains("r.example"))
        // The user name marks an identity token.
        let token = try await work.run(
            "login",
            "docker.io",
            "--identity-token-stdin",
            "--no-verify",
            input: "hush-token",
            adding: variables
        )
        #expect(token.status == 0, "\(token)")
        #expect(
            try text(work, "kept")
                == #"{"Secret":"hush-token","ServerURL":"https://index.docker.io/v1/","Username":"<token>"}"#
        )
        #expect(try text(work, "calls") == "store\nerase\nstore\n")
    }

    static let broken: [(lines: String?, code: String)] = [
        (nil, "helper-missing"), ("cat >/dev/null; echo no room; exit 1", "helper-failed"),
        ("kill -9 $$", "helper-failed"),
    ]

    @Test("stores nothing if the helper fails", arguments: broken.indices)
    func brokenHelper(number: Int) async throws {
        let (lines, code) = Self.broken[number]
        let work = try Workspace()
        let variables = try lines.map { try addHelper(work, $0) } ?? [:]
        let before = #"{"credHelpers":{"r.example":"test"},"auths":{"r.example":{"auth":"b2xk"}}}"#
        try work.write(Array(before.utf8), to: Self.config)
        let run = try await login(work, "r.example", adding: variables)
        #expect(run.status == 78, "\(run)")
        #expect(run.errorText.contains("error[\(code)]"), "\(run)")
        #expect(run.errorText.contains("docker-credential-test"), "\(run)")
        #expect(run.errorText.contains("~/.docker/config.json"), "\(run)")
        #expect(try text(work) == before)
        // logout reports the same failure, and removes the file's entry anyway.
        let logout = try await work.run("logout", "r.example", adding: variables)
        #expect(logout.status == 78, "\(logout)")
        #expect(try !text(work).contains("b2xk"))
    }

    @Test func `concurrent logins are all stored`() async throws {
        let work = try Workspace()
        let names = (0..<8).map { "r\($0).example" }
        let runs = try names.map { name in
            try work.start(
                ["login", name, "-u", "ci", "--password-stdin", "--no-verify"],
                input: "hush-\(name)"
            )
        }
        // `wait` searches all files for secrets, so all logins must have ended.
        for run in runs { await run.waitForEnd() }
        for run in runs {
            let run = try await run.wait()
            #expect(run.status == 0, "\(run)")
        }
        let kept =
            try JSONSerialization.jsonObject(with: Data(work.bytes(of: Self.config)))
            as? [String: [String: Any]]
        #expect(Set(kept?["auths"]?.keys.map { $0 } ?? []) == Set(names))
        #expect(try work.names(in: "home/.docker") == ["config.json"])
    }

    static let steps: [(call: String, number: Int, isStored: Bool, why: String)] = [
        ("flock", 1, false, "before the file is read"),
        ("fsync", 1, false, "the temporary file is written"),
        ("?rename,?renameat,?renameat2", 1, false, "the temporary file is complete"),
        ("fchmod", 1, true, "the file is replaced"),
        ("fsync", 2, true, "the folder is not yet synced"),
    ]

    @Test(
        "a login that is killed at any step leaves the old or the new file",
        .enabled(if: Workspace.canTrace, "strace is not installed (make test-deps)"),
        arguments: steps
    )
    func killed(call: String, number: Int, isStored: Bool, why: String) async throws {
        let work = try Workspace()
        try work.write(Array(#"{"auths":{"old.example":{"auth":"b2xk"}}}"#.utf8), to: Self.config)
        let run = try await work.run(
            by: "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            "trace=\(call)",
            "-e",
            "inject=\(call):signal=KILL:when=\(number)",
            Workspace.program,
            "login",
            "new.example",
            "-u",
            "ci",
            "--password-stdin",
            "--no-verify",
            input: "hush-word"
        )
        #expect(run.status == -SIGKILL, "\(why): \(run)")
        let config = try JSONSerialization.jsonObject(with: Data(work.bytes(of: Self.config)))
        let auths = (config as? [String: [String: Any]])?["auths"]
        #expect(auths?["old.example"] != nil, "\(why)")
        #expect((auths?["new.example"] != nil) == isStored, "\(why)")
        for name in try work.names(in: "home/.docker") where name != "config.json" {
            let left = try FileManager.default.attributesOfItem(atPath: work.path("home/.docker/\(name)"))
            #expect(left[.posixPermissions] as? Int == 0o600, "\(name)")
        }
        // The next login removes the temporary file of the killed one.
        let next = try await login(work, "next.example")
        #expect(next.status == 0, "\(next)")
        #expect(try work.names(in: "home/.docker") == ["config.json"])
    }

    @Test func `a login that cannot write changes nothing`() async throws {
        let work = try Workspace()
        let before = #"{"auths":{"old.example":{"auth":"b2xk"}}}"#
        try work.write(Array(before.utf8), to: Self.config)
        // The size limit for files is zero.
        let command = "\(Workspace.program) login r.example -u ci --password-stdin --no-verify"
        let run = try await work.run(
            by: "sh",
            "-c",
            "ulimit -c 0; ulimit -f 0; exec \(command) 2>/dev/null",
            input: "hush-word"
        )
        #expect(run.status == 74, "\(run)")
        #expect(try text(work) == before)
        #expect(try work.names(in: "home/.docker") == ["config.json"])
    }
}
