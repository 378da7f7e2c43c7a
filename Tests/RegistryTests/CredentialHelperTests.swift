import Diagnostics
import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import Registry

/// A folder of helpers that a test has written, to be found first on `PATH`.
struct FakeHelpers {
    let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    var environment: [String: String?] { ["PATH": "\(scratch.path):/usr/bin:/bin", "LOG": log.string] }

    /// What every helper writes to: a line for each call.
    var log: FilePath { scratch.appending("log") }

    var calls: [String] {
        ((try? String(contentsOfFile: log.string, encoding: .utf8)) ?? "").split(separator: "\n").map(
            String.init
        )
    }

    /// Writes `docker-credential-<suffix>`: notes its arguments and input, then does what the lines say.
    func add(_ suffix: String, _ lines: String) throws {
        let text = "#!/bin/sh\ninput=$(cat)\necho \"$*<$input>\" >>\"$LOG\"\n\(lines)\n"
        try writeScript(text, to: scratch.appending("docker-credential-\(suffix)").string)
    }

    func helper(_ suffix: String, timeLimit: Duration = .seconds(240)) throws -> CredentialHelper {
        try CredentialHelper(
            suffix: suffix,
            namedBy: "~/.docker/config.json (credsStore)",
            environment: environment,
            timeLimit: timeLimit
        )
    }
}

extension CredentialHelper {
    func get(_ serverURL: String) async throws(Failure) -> Credential? {
        try await answer(to: serverURL).credential
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

    @Test func `get asks by the server's name and reads user and secret`() async throws {
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

    @Test func `the user name <token> says that the secret is an identity token`() async throws {
        try helpers.add("x", #"echo '{"ServerURL":"","Username":"<token>","Secret":"hush"}'"#)
        let credential = try await helpers.helper("x").get("registry.example")
        #expect(credential?.username == nil)
        guard case .identityToken("hush")? = credential?.secret else { throw PeerError("no identity token") }
    }

    @Test func `having no credential is no error`() async throws {
        try helpers.add("x", "echo 'credentials not found in native keychain'; exit 1")
        #expect(try await helpers.helper("x").get("registry.example") == nil)
        try await helpers.helper("x").erase(serverURL: "registry.example")
    }

    @Test func `store hands over JSON, erase the server's name`() async throws {
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
        ("exit 1", "it ended with status 1"),
        ("kill -9 $$", "signal 9"),
        ("echo hush-raw-token", "not the JSON"),
        ("echo '{\"Secret\":\"hush\"}'", "not the JSON"),
        ("echo '{\"ServerURL\":\"\",\"Username\":\"\",\"Secret\":\"hush\"}'", "no user name"),
        ("echo '{\"ServerURL\":\"\",\"Username\":\"u\",\"Secret\":\"\"}'", "no secret"),
        ("echo '{\"Username\":\"u\",\"Secret\":\"hush\"}'; exit 1", "it ended with status 1"),
        ("while :; do echo hush-hush-hush-hush-hush-hush-hush-hush; done", "more than 1048576 bytes"),
    ]

    @Test("a helper's fault names the helper and who asks for it, and shows no secret", arguments: faults)
    func fault(lines: String, why: String) async throws {
        try helpers.add("x", lines)
        let failure = try await failure(of: "x")
        #expect(failure.code == .helperFailed)
        #expect(failure.message.contains("docker-credential-x"))
        #expect(failure.message.contains("~/.docker/config.json (credsStore)"))
        #expect(failure.why?.contains(why) == true, "\(failure)")
        #expect(!"\(failure)".contains("hush"))
    }

    @Test func `a helper that is not there is said to be missing`() async throws {
        let failure = try await failure(of: "desktop")
        #expect(failure.code == .helperMissing)
        #expect(failure.code.exitStatus == .configuration)
        #expect(failure.message.contains("docker-credential-desktop is not on PATH"))
        #expect(failure.message.contains("~/.docker/config.json (credsStore)"))
    }

    @Test func `a helper that never answers is ended`() async throws {
        try helpers.add("x", "sleep 200; echo '{}'")
        let failure = try await failure(of: "x", timeLimit: .milliseconds(300))
        #expect(failure.code == .helperFailed)
        #expect(failure.why?.contains("longer than") == true)
    }

    @Test func `cancellation is no fault of the helper`() async throws {
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

    @Test("a name that leads elsewhere is no helper", arguments: suffixes)
    func suffix(_ suffix: String) {
        let failure = #expect(throws: Failure.self) {
            try CredentialHelper(suffix: suffix, namedBy: "config.json (credsStore)")
        }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.message.contains("config.json") == true)
    }

    @Test("a server's name is one line", arguments: ["", "a\nb", "a\r\nhost=evil", "a\0b", "a b"])
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

    @Test func `a failing store never shows what it was to keep`() async throws {
        try helpers.add("x", "echo \"cannot keep hush-kept\"; exit 1")
        let helper = try helpers.helper("x")
        let failure = await #expect(throws: Failure.self) {
            try await helper.store(serverURL: "registry.example", username: "u", secret: "hush-kept")
        }
        #expect(failure?.why == "it ended with status 1")
    }

    @Test func `a helper does not get our own secrets`() async throws {
        try helpers.add(
            "x",
            #"echo "{\"Username\":\"${WASMPACK_PASSWORD-none}\",\"Secret\":\"${DOCKER_AUTH_CONFIG-none}\"}""#
        )
        let secrets = ["WASMPACK_PASSWORD": "hush-password", "DOCKER_AUTH_CONFIG": "hush-config"]
        let helper = try CredentialHelper(
            suffix: "x",
            namedBy: "a file",
            environment: helpers.environment.merging(secrets) { $1 },
            timeLimit: .seconds(30)
        )
        let credential = try await helper.get("registry.example")
        #expect(credential?.username == "none")
        #expect(credential?.password == "none")
    }

    static let spoken: [(words: String, isShown: Bool, why: String)] = [
        ("cannot keep hush-kept", false, "as it is"), ("'\"hush\\u002dkept\"'", false, "escaped"),
        ("aHVzaC1rZXB0", false, "in base64"), ("no usernames provided", true, "a sentence of the protocol"),
    ]

    @Test("of a failing store only what the protocol says is quoted", arguments: spoken)
    func storing(words: String, isShown: Bool, why: String) async throws {
        try helpers.add("x", "echo \(words); exit 1")
        let helper = try helpers.helper("x")
        let failure = await #expect(throws: Failure.self) {
            try await helper.store(serverURL: "registry.example", username: "u", secret: "hush-kept")
        }
        #expect(failure?.why == "it ended with status 1" + (isShown ? ": \"\(words)\"" : ""), "\(why)")
        #expect(failure?.hints.joined().contains("x get") == false)
    }

    @Test func `to erase what is not there is fine, in whatever words a helper says so`() async throws {
        try helpers.add(
            "x",
            "case $1 in get) echo 'credentials not found in native keychain';; *) echo it is not in the store;; esac\nexit 1"
        )
        try await helpers.helper("x").erase(serverURL: "registry.example")
        #expect(helpers.calls == ["erase<registry.example>", "get<registry.example>"])
    }

    static let stillThere = ["echo '{\"Username\":\"u\",\"Secret\":\"hush\"}'", "echo broken; exit 1"]

    @Test("an erase that fails is a failure while the helper may have the credential", arguments: stillThere)
    func erasing(answer: String) async throws {
        try helpers.add("x", "if [ $1 = get ]; then \(answer); exit; fi; echo locked; exit 1")
        let helper = try helpers.helper("x")
        let failure = await #expect(throws: Failure.self) { try await helper.erase(serverURL: "r.example") }
        #expect(failure?.why == "it ended with status 1: \"locked\"")
        #expect(failure?.hints == ["try it alone: echo REGISTRY | docker-credential-x erase"])
    }

    @Test func `an answer with a member twice is none`() async throws {
        try helpers.add("x", #"echo '{"Username":"u","Secret":"hush-a","Secret":"hush-b"}'"#)
        #expect(try await failure(of: "x").why?.contains("not the JSON") == true)
    }

    static let echoes: [(errors: String, remarks: [String], why: String)] = [
        ("fine\nhush-one\nhush-two", [], "all of it"),
        ("fine\ngot hush-two\nhush-o", ["fine", "hush-o"], "a line of it"),
        ("fine", ["fine"], "none of it"),
    ]

    @Test("no line of a secret of several lines is shown", arguments: echoes)
    func lines(errors: String, remarks: [String], why: String) async throws {
        _ = try helpers.scratch.write(Array(errors.utf8), to: "errors")
        try helpers.add(
            "x",
            #"cat \#(helpers.scratch.path)/errors >&2; printf '%s\n' '{"Username":"u","Secret":"hush-one\nhush-two"}'"#
        )
        let answer = try await helpers.helper("x").answer(to: "registry.example")
        #expect(answer.remarks == remarks.map { "docker-credential-x: \($0)" }, "\(why)")
    }

    @Test func `what a helper says besides is kept, without the secret`() async throws {
        try helpers.add(
            "x",
            "echo update available >&2; echo got hush >&2; echo '{\"Username\":\"u\",\"Secret\":\"hush\"}'"
        )
        let answer = try await helpers.helper("x").answer(to: "registry.example")
        #expect(answer.remarks == ["docker-credential-x: update available"])
    }
}
