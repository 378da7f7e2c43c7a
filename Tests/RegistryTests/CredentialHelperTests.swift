import Diagnostics
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Registry

/// A folder of helpers written by a test, which is first on `PATH`.
struct FakeHelpers {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    var environment: [String: String?] { ["PATH": "\(scratch.path):/usr/bin:/bin", "LOG": log.string] }

    /// The log of all helpers, with a line for each call.
    var log: FilePath { scratch.appending("log") }

    var calls: [String] {
        ((try? String(contentsOfFile: log.string, encoding: .utf8)) ?? "").split(separator: "\n").map(
            String.init
        )
    }

    /// Writes `docker-credential-<suffix>`, which logs its arguments and input, then runs the given lines.
    func add(_ suffix: String, _ lines: String) throws {
        let text = "#!/bin/sh\ninput=$(cat)\necho \"$*<$input>\" >>\"$LOG\"\n\(lines)\n"
        try writeScript(text, to: scratch.appending("docker-credential-\(suffix)").string)
    }

    func helper(
        _ suffix: String,
        timeLimit: Duration = .seconds(240),
        adding more: [String: String] = [:]
    ) throws -> CredentialHelper {
        try CredentialHelper(
            suffix: suffix,
            namedBy: "~/.docker/config.json (credsStore)",
            environment: environment.merging(more) { $1 },
            timeLimit: timeLimit
        )
    }
}

extension CredentialHelper {
    func get(_ serverURL: String) async throws(Failure) -> Credential? {
        try await response(for: serverURL).credential
    }
}

@Suite(.timed, .timeLimit(.minutes(5))) struct CredentialHelperTests {
    let helpers: FakeHelpers

    init() throws { helpers = try FakeHelpers() }

    private func failure(of suffix: String, timeLimit: Duration = .seconds(240)) async throws -> Failure {
        let helper = try helpers.helper(suffix, timeLimit: timeLimit)
        do throws(Failure) { _ = try await helper.get("registry.example") } catch { return error }
        throw PeerError("\(suffix) did not fail")
    }

    @Test func `get sends the server's name and reads the user name and secret`() async throws {
        try helpers.add(
            "x",
            #"echo '{"ServerURL":"registry.example","Username":"u","Secret":"hush:\u00e4"}'"#
        )
        let credential = try await helpers.helper("x").get("registry.example")
        #expect(credential?.username == "u")
        #expect(credential?.password == "hush:\u{E4}")
        #expect(
            credential?.source == "docker-credential-x (named by ~/.docker/config.json (credsStore))"
        )
        #expect(helpers.calls == ["get<registry.example>"])
    }

    @Test func `reads a secret with the user name <token> as an identity token`() async throws {
        try helpers.add("x", #"echo '{"ServerURL":"","Username":"<token>","Secret":"hush"}'"#)
        let credential = try await helpers.helper("x").get("registry.example")
        #expect(credential?.username == nil)
        guard case .identityToken("hush")? = credential?.secret else { throw PeerError("no identity token") }
    }

    @Test func `a missing credential is not an error`() async throws {
        try helpers.add("x", "echo 'credentials not found in native keychain'; exit 1")
        #expect(try await helpers.helper("x").get("registry.example") == nil)
        try await helpers.helper("x").erase(serverURL: "registry.example")
    }

    @Test func `store sends JSON, erase sends the server's name`() async throws {
        try helpers.add("x", "")
        try await helpers.helper("x").store(serverURL: "registry.example", username: "u", secret: "hush\"")
        try await helpers.helper("x").erase(serverURL: "https://index.docker.io/v1/")
        #expect(
            helpers.calls == [
                #"store<{"Secret":"hush\"","ServerURL":"registry.example","Username":"u"}>"#,
                "erase<https://index.docker.io/v1/>",
            ]
        )
    }

    static let faults: [(lines: String, why: String)] = [
        ("echo 'no usernames provided'; exit 1", "status 1: \"no usernames provided\""),
        ("echo 'no credentials server URL'; exit 1", "no credentials server URL"),
        ("echo 'no credentials username'; exit 1", "no credentials username"),
        ("echo only on stderr >&2; exit 2", "status 2: \"only on stderr\""),
        ("exit 1", "it exited with status 1"),
        ("kill -9 $$", "signal 9"),
        ("echo hush-raw-token", "not a JSON object"),
        ("echo '{\"Secret\":\"hush\"}'", "not a JSON object"),
        ("echo '{\"ServerURL\":\"\",\"Username\":\"\",\"Secret\":\"hush\"}'", "no user name"),
        ("echo '{\"ServerURL\":\"\",\"Username\":\"u\",\"Secret\":\"\"}'", "no secret"),
        ("echo '{\"Username\":\"u\",\"Secret\":\"hush\"}'; exit 1", "it exited with status 1"),
        ("while :; do echo hush-hush-hush-hush-hush-hush-hush-hush; done", "more than 1048576 bytes"),
    ]

    @Test("a helper's failure names the helper and its configuration, without secrets", arguments: faults)
    func fault(lines: String, why: String) async throws {
        try helpers.add("x", lines)
        let failure = try await failure(of: "x")
        #expect(failure.code == .helperFailed)
        #expect(failure.message.contains("docker-credential-x"))
        #expect(failure.message.contains("~/.docker/config.json (credsStore)"))
        #expect(failure.why?.contains(why) == true, "\(failure)")
        #expect(!"\(failure)".contains("hush"))
    }

    @Test func `reports a helper that is not on PATH as missing`() async throws {
        let failure = try await failure(of: "desktop")
        #expect(failure.code == .helperMissing)
        #expect(failure.code.exitStatus == .configuration)
        #expect(failure.message.contains("docker-credential-desktop is not on PATH"))
        #expect(failure.message.contains("~/.docker/config.json (credsStore)"))
    }

    @Test func `ends a helper that does not respond in time`() async throws {
        try helpers.add("x", "sleep 200; echo '{}'")
        let failure = try await failure(of: "x", timeLimit: .milliseconds(300))
        #expect(failure.code == .helperFailed)
        #expect(failure.why?.contains("did not finish within") == true)
    }

    @Test func `reports cancellation as an interruption, not as a helper's failure`() async throws {
        try helpers.add("x", "echo '{}'")
        let helper = try helpers.helper("x")
        let task = Task { () async -> Failure? in
            withUnsafeCurrentTask { $0?.cancel() }
            do throws(Failure) { _ = try await helper.get("registry.example") } catch { return error }
            return nil
        }
        #expect(await task.value?.code == .interrupted)
    }

    static let suffixes = [
        "", "../../tmp/x", "a/b", "a\\b", "..", "a..b", "a b", "a\nb", "a\0b", "\u{E4}", "$(id)",
    ]

    @Test("rejects helper names that are not plain file names", arguments: suffixes)
    func suffix(_ suffix: String) {
        let failure = #expect(throws: Failure.self) {
            try CredentialHelper(suffix: suffix, namedBy: "config.json (credsStore)")
        }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.message.contains("config.json") == true)
    }

    @Test(
        "rejects a server name with white space or control characters",
        arguments: ["", "a\nb", "a\r\nhost=evil", "a\0b", "a b"]
    )
    func serverName(_ name: String) async throws {
        try helpers.add("x", "exit 0")
        let helper = try helpers.helper("x")
        await #expect(throws: Failure.self) { try await helper.get(name) }
        await #expect(throws: Failure.self) { try await helper.erase(serverURL: name) }
        await #expect(throws: Failure.self) {
            try await helper.store(serverURL: name, username: "u", secret: "hush")
        }
        #expect(helpers.calls == [])
    }

    @Test func `a failed store does not show the credential`() async throws {
        try helpers.add("x", "echo \"cannot keep hush-kept\"; exit 1")
        let helper = try helpers.helper("x")
        let failure = await #expect(throws: Failure.self) {
            try await helper.store(serverURL: "registry.example", username: "u", secret: "hush-kept")
        }
        #expect(failure?.why == "it exited with status 1")
    }

    @Test func `removes this program's secrets from a helper's environment`() async throws {
        try helpers.add(
            "x",
            #"echo "{\"Username\":\"${WASMPACK_PASSWORD-none}\",\"Secret\":\"${DOCKER_AUTH_CONFIG-none}\"}""#
        )
        let secrets = ["WASMPACK_PASSWORD": "hush-password", "DOCKER_AUTH_CONFIG": "hush-config"]
        let helper = try helpers.helper("x", adding: secrets)
        let credential = try await helper.get("registry.example")
        #expect(credential?.username == "none")
        #expect(credential?.password == "none")
    }

    static let spoken: [(words: String, isShown: Bool, why: String)] = [
        ("cannot keep hush-kept", false, "as it is"), ("'\"hush\\u002dkept\"'", false, "escaped"),
        ("aHVzaC1rZXB0", false, "in base64"), ("no usernames provided", true, "a sentence of the protocol"),
    ]

    @Test("quotes only the protocol's fixed messages after a failed store", arguments: spoken)
    func storing(words: String, isShown: Bool, why: String) async throws {
        try helpers.add("x", "echo \(words); exit 1")
        let helper = try helpers.helper("x")
        let failure = await #expect(throws: Failure.self) {
            try await helper.store(serverURL: "registry.example", username: "u", secret: "hush-kept")
        }
        #expect(failure?.why == "it exited with status 1" + (isShown ? ": \"\(words)\"" : ""), "\(why)")
        #expect(failure?.hints.joined().contains("x get") == false)
    }

    @Test func `erasing a missing credential succeeds with any message of the helper`() async throws {
        try helpers.add(
            "x",
            "case $1 in get) echo 'credentials not found in native keychain';; *) echo it is not in the store;; esac\nexit 1"
        )
        try await helpers.helper("x").erase(serverURL: "registry.example")
        #expect(helpers.calls == ["erase<registry.example>", "get<registry.example>"])
    }

    static let stillThere = ["echo '{\"Username\":\"u\",\"Secret\":\"hush\"}'", "echo broken; exit 1"]

    @Test("a failed erase is an error while the helper may still have the credential", arguments: stillThere)
    func erasing(answer: String) async throws {
        try helpers.add("x", "if [ $1 = get ]; then \(answer); exit; fi; echo locked; exit 1")
        let helper = try helpers.helper("x")
        let failure = await #expect(throws: Failure.self) { try await helper.erase(serverURL: "r.example") }
        #expect(failure?.why == "it exited with status 1: \"locked\"")
        #expect(failure?.hints == ["echo REGISTRY | docker-credential-x erase"])
    }

    @Test func `rejects a response with a duplicate member`() async throws {
        try helpers.add("x", #"echo '{"Username":"u","Secret":"hush-a","Secret":"hush-b"}'"#)
        #expect(try await failure(of: "x").why?.contains("not a JSON object") == true)
    }

    static let echoes: [(errors: String, remarks: [String], why: String)] = [
        ("fine\nhush-one\nhush-two", [], "all of it"),
        ("fine\ngot hush-two\nhush-o", ["fine", "hush-o"], "a line of it"),
        ("fine", ["fine"], "none of it"),
    ]

    @Test("does not show any line of a secret with several lines", arguments: echoes)
    func lines(errors: String, remarks: [String], why: String) async throws {
        _ = try helpers.scratch.write(Array(errors.utf8), to: "errors")
        try helpers.add(
            "x",
            #"cat \#(helpers.scratch.path)/errors >&2; printf '%s\n' '{"Username":"u","Secret":"hush-one\nhush-two"}'"#
        )
        let response = try await helpers.helper("x").response(for: "registry.example")
        #expect(response.remarks == remarks.map { "docker-credential-x: \($0)" }, "\(why)")
    }

    @Test func `keeps the lines of standard error without the secret`() async throws {
        try helpers.add(
            "x",
            "echo update available >&2; echo got hush >&2; echo '{\"Username\":\"u\",\"Secret\":\"hush\"}'"
        )
        let response = try await helpers.helper("x").response(for: "registry.example")
        #expect(response.remarks == ["docker-credential-x: update available"])
    }
}
