import Foundation
import SystemPackage
import TestSupport
import Testing

/// build → push → pull → verify against Debian's docker-registry, with each of its authentication methods.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct RealRegistryTests {
    private static let name = "test-oci/header-authorization"

    @Test(
        "a pulled module equals the pushed one, and other clients read the image",
        arguments: RegistryPeer.Authentication.allCases
    )
    func roundTrip(authentication: RegistryPeer.Authentication) async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(authentication)
        let reference = "\(registry.name)/\(work.namespace)/\(Self.name):v0.0.1"
        let access = try registry.access(work)
        try work.write(Modules.plugin, to: "plugin.wasm")
        let built = try await work.run("build", "plugin.wasm", "-t", reference)
        let pushed = try await work.start(["push", reference] + access.flags, input: access.input).wait()
        #expect(pushed.status == 0, "\(pushed)")
        #expect(pushed.outputText == built.outputText)
        let again = try await work.start(["push", reference, "--json"] + access.flags, input: access.input)
            .wait()
        #expect(again.outputText.contains(#""status":"exists""#))
        #expect(!again.outputText.contains("uploaded"))
        let pulled = try await work.start(
            ["pull", reference, "-o", "back.wasm"] + access.flags,
            input: access.input
        )
        .wait()
        #expect(pulled.status == 0, "\(pulled)")
        #expect(pulled.outputText == built.outputText)
        #expect(try work.bytes(of: "back.wasm") == Modules.plugin)
        let verified = try await work.start(["verify", reference] + access.flags, input: access.input).wait()
        #expect(verified.status == 0, "\(verified)")

        let credentials =
            authentication == .open ? [] : ["--src-creds", "\(registry.username):\(registry.password)"]
        let digest = String(built.outputText.split(separator: "@").last ?? "").trimmingCharacters(
            in: .newlines
        )
        let copied = try await work.skopeo(
            registry,
            ["copy", "--src-cert-dir", access.folder] + credentials + [
                "docker://\(reference)", "oci:copy:v1",
            ]
        )
        #expect(copied.status == 0, "\(copied)")
        let copy = try await work.run("verify", "copy:v1", "--expect", digest)
        #expect(copy.status == 0, "\(copy)")
        for text in [pushed, again, pulled, verified].map(\.description) {
            #expect(!text.contains(registry.password))
        }
    }

    @Test func `pushes and pulls a module of 20 MB`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.start(.token)
        let access = try registry.access(work)
        let module = Modules.large(20_000_000)
        try work.write(module, to: "large.wasm")
        let reference = "\(registry.name)/test-oci/large:v1"
        let pushed = try await work.start(
            ["push", reference, "large.wasm"] + access.flags,
            input: access.input
        ).wait()
        #expect(pushed.status == 0, "\(pushed)")
        let pulled = try await work.start(["pull", reference, "--ca-file", access.caFile]).wait()
        #expect(pulled.status == 0, "\(pulled)")
        #expect(try work.bytes(of: "plugin.wasm") == module)
        #expect(try registry.tokenRequests().count == 2)
        let inspected = try await work.start(["inspect", reference, "--ca-file", access.caFile, "--json"])
            .wait()
        #expect(inspected.outputText.contains(#""format":"image""#), "\(inspected)")
    }

    @Test func `a pull shares one connection where the registry offers HTTP/2`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.htpasswd)
        let access = try registry.access(work)
        try work.write(Modules.plugin, to: "plugin.wasm")
        let reference = "\(registry.name)/\(work.namespace)/shared:v1"
        let pushed = try await work.start(
            ["push", reference, "--debug"] + access.flags,
            input: access.input
        ).wait()
        #expect(pushed.status == 0, "\(pushed)")
        #expect(!pushed.errorText.contains("HTTP/2"), "an upload over HTTP/2 waits for its window: \(pushed)")
        let pulled = try await work.start(
            ["pull", reference, "-o", "back.wasm", "--debug"] + access.flags,
            input: access.input
        ).wait()
        #expect(pulled.status == 0, "\(pulled)")
        #expect(pulled.errorText.ranges(of: "new connection").count == 1, "\(pulled)")
        #expect(pulled.errorText.ranges(of: ", HTTP/2").count == 4, "\(pulled)")
        // The manifest twice, because of the challenge, the config and the layer.
        #expect(pulled.errorText.ranges(of: "reused connection").count == 3, "\(pulled)")
    }

    static let rejections:
        [(what: String, arguments: [String], input: String, code: String, status: Int32, phrase: String)] = [
            (
                "a wrong password", ["push", "REF", "--username", "demo", "--password-stdin"], "wrong",
                "auth-rejected", 77, "--username"
            ),
            (
                "no credentials to push with", ["push", "REF"], "", "auth-required", 77,
                "no credentials for it in: --username"
            ),
            ("a tag that does not exist", ["pull", "REF-not"], "", "not-found", 66, "no tag v1-not"),
            (
                "a repository that does not exist", ["pull", "HOST/never/was:v1"], "", "not-found", 66,
                "never/was"
            ),
            (
                "a digest that does not exist",
                ["pull", "HOST/test/plugin@sha256:\(String(repeating: "0", count: 64))"], "", "not-found", 66,
                "no manifest"
            ),
        ]

    @Test("explains an error response of the registry", arguments: rejections.indices)
    func explained(number: Int) async throws {
        let row = Self.rejections[number]
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.token)
        let access = try registry.access(work)
        let reference = "\(registry.name)/\(work.namespace)/test/plugin:v1"
        try work.write(Modules.plugin, to: "module.wasm")
        let pushed = try await work.start(
            ["push", reference, "module.wasm"] + access.flags,
            input: access.input
        ).wait()
        #expect(pushed.status == 0, "\(pushed)")
        try work.write(Modules.tiny, to: "other.wasm")
        _ = try await work.run("build", "other.wasm", "-t", reference)
        let before = try work.names()
        let arguments = row.arguments.map {
            $0.replacing("REF", with: reference).replacing("HOST", with: registry.name)
        }
        let run = try await work.start(arguments + ["--ca-file", access.caFile], input: row.input).wait()
        #expect(run.status == row.status, "\(row.what): \(run)")
        #expect(run.errorText.contains("error[\(row.code)]"), "\(row.what): \(run)")
        #expect(run.errorText.contains(row.phrase), "\(row.what): \(run)")
        #expect(try work.names() == before)
        if !row.input.isEmpty { #expect(!run.errorText.contains(row.input + "\"")) }
    }

    @Test func `does not trust an unknown authority without --ca-file`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        try work.write(Modules.tiny, to: "plugin.wasm")
        let reference = "\(registry.name)/\(work.namespace)/test/plugin:v1"
        let rejected = try await work.run("push", reference, "plugin.wasm")
        #expect(rejected.status == 69, "\(rejected)")
        #expect(rejected.errorText.contains("error[tls-unknown-ca]"))
        #expect(rejected.errorText.contains("--ca-file"))
        let plain = try await work.run("push", reference, "plugin.wasm", "--plain-http")
        #expect(plain.status == 76, "\(plain)")
        #expect(plain.errorText.contains("seems to use HTTPS, not plain HTTP"))
        let proxied = try await work.run(
            "push",
            "registry.example/a/b:v1",
            "plugin.wasm",
            adding: ["https_proxy": "http://127.0.0.1:1"]
        )
        #expect(proxied.status == 69, "\(proxied)")
        #expect(proxied.errorText.contains("error[proxy-failed]"), "\(proxied)")
        let missing = try await work.run("push", reference, "plugin.wasm", "--ca-file", "nowhere.pem")
        #expect(missing.status == 78, "\(missing)")
    }

    @Test func `uses plain HTTP only for loopback or with --plain-http`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open, usesTLS: false)
        try work.write(Modules.tiny, to: "plugin.wasm")
        let note = "using plain HTTP for "
        let noted = try await work.run(
            "push",
            "\(registry.name)/\(work.namespace)/test/plugin:v1",
            "plugin.wasm"
        )
        #expect(noted.status == 0, "\(noted)")
        #expect(noted.errorText.components(separatedBy: note).count == 2, "\(noted)")
        let asked = try await work.run(
            "push",
            "\(registry.name)/\(work.namespace)/test/plugin:v2",
            "plugin.wasm",
            "--plain-http"
        )
        #expect(asked.status == 0, "\(asked)")
        #expect(!asked.errorText.contains(note))
        let nothing = try await work.run("push", "localhost:1/test/plugin:v1", "plugin.wasm")
        #expect(nothing.status == 69)
        #expect(nothing.errorText.contains("error[refused]"))
    }

    /// Plain HTTP is allowed for loopback names; the machine's host name only resolves to loopback.
    @Test(
        .enabled("the host name is a loopback name here, or does not resolve to 127.0.0.1") {
            let name = ProcessInfo.processInfo.hostName
            if name == "localhost" || name.hasSuffix(".localhost") { return false }
            let addresses = try await Workspace().other("getent", "ahosts", name).outputText
            return addresses.split(separator: "\n").allSatisfy { $0.hasPrefix("127.0.0.1 ") }
                && !addresses.isEmpty
        }
    )
    func `does not use plain HTTP for a name that only resolves to loopback`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open, usesTLS: false)
        try work.write(Modules.tiny, to: "plugin.wasm")
        let reference = "\(ProcessInfo.processInfo.hostName):\(registry.port)/test/plugin:v1"
        let run = try await work.run("push", reference, "plugin.wasm")
        #expect(run.status == 76, "\(run)")
        #expect(run.errorText.contains("error[plain-http]"), "\(run)")
        let asked = try await work.run("push", reference, "plugin.wasm", "--plain-http")
        #expect(asked.status == 0, "\(asked)")
    }

    @Test func `uses the first source of credentials in the documented order`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.htpasswd)
        let access = try registry.access(work)
        try work.write(Modules.tiny, to: "plugin.wasm")
        let push = [
            "push", "\(registry.name)/\(work.namespace)/test/plugin:v1", "plugin.wasm", "--ca-file",
            access.caFile, "-v",
        ]
        let right = Data("\(registry.username):\(registry.password)".utf8).base64EncodedString()
        func config(_ auth: String) -> [UInt8] {
            Array(#"{"auths":{"https://\#(registry.name)/v2/":{"auth":"\#(auth)"}}}"#.utf8)
        }
        try work.write(config(right), to: "home/.docker/config.json")
        let fromFile = try await work.start(push).wait()
        #expect(fromFile.status == 0, "\(fromFile)")
        #expect(fromFile.errorText.contains("\(registry.username), from ~/.docker/config.json"))

        try work.write(config("d3Jvbmc6d3Jvbmc="), to: "elsewhere/config.json")
        let wrong = try await work.start(push, adding: ["DOCKER_CONFIG": work.path("elsewhere")]).wait()
        #expect(wrong.status == 77)
        #expect(wrong.errorText.contains("credentials from $DOCKER_CONFIG/config.json"), "\(wrong)")

        let variables = ["WASMPACK_USERNAME": registry.username, "WASMPACK_PASSWORD": registry.password]
        let fromVariables = try await work.start(
            push,
            adding: variables.merging(["DOCKER_CONFIG": work.path("elsewhere")]) { $1 }
        ).wait()
        #expect(fromVariables.status == 0, "\(fromVariables)")
        #expect(fromVariables.errorText.contains("from $WASMPACK_USERNAME"))
        let half = try await work.start(push, adding: ["WASMPACK_USERNAME": "x"]).wait()
        #expect(half.status == 78)
        let elsewhere = try await work.start(
            push,
            adding: variables.merging(
                ["WASMPACK_REGISTRY": "other.example.com", "DOCKER_CONFIG": work.path("none")]) { $1 }
        ).wait()
        #expect(elsewhere.status == 77)

        let wrongVariables = ["WASMPACK_USERNAME": "wrong", "WASMPACK_PASSWORD": "wrong"]
        let fromFlag = try await work.start(
            push + access.credentials,
            input: access.input,
            adding: wrongVariables
        ).wait()
        #expect(fromFlag.status == 0, "\(fromFlag)")

        try work.write(Array("{\"auths\": [".utf8), to: "home/.docker/config.json")
        let broken = try await work.start(push).wait()
        #expect(broken.status == 78, "\(broken)")
        #expect(broken.errorText.contains("~/.docker/config.json"))
        for run in [fromFile, wrong, fromVariables, elsewhere, fromFlag, broken] {
            #expect(!run.description.contains(registry.password))
            #expect(!run.description.contains(right))
        }
    }

    @Test func `does not replace an existing file with other content without --force`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        let reference = "\(registry.name)/\(work.namespace)/test/plugin:v1"
        try work.write(Modules.plugin, to: "module.wasm")
        _ = try await work.start(["push", reference, "module.wasm"] + access.trust).wait()
        try work.write(Array("precious".utf8), to: "plugin.wasm")
        let rejected = try await work.start(["pull", reference] + access.trust).wait()
        #expect(rejected.status == 1, "\(rejected)")
        #expect(rejected.errorText.contains("error[file-exists]"))
        #expect(try work.bytes(of: "plugin.wasm") == Array("precious".utf8))
        let forced = try await work.start(["pull", reference, "--force"] + access.trust).wait()
        #expect(forced.status == 0)
        #expect(try work.bytes(of: "plugin.wasm") == Modules.plugin)
        let same = try await work.start(["pull", reference] + access.trust).wait()
        #expect(same.status == 0)
        let stream = try await work.start(["pull", reference, "-o", "-"] + access.trust).wait()
        #expect([UInt8](stream.outputBytes) == (try Modules.plugin))
        #expect(stream.errorText.contains("@sha256:"))
        let both = try await work.start(["pull", reference, "-o", "-", "--json"] + access.trust).wait()
        #expect(both.status == 64)
        #expect(try work.names() == ["home", "module.wasm", "plugin.wasm", "trust"])
        let layout = try await work.start(["pull", reference, "--layout", "copy"] + access.trust).wait()
        #expect(layout.status == 0, "\(layout)")
        #expect(try await work.run("verify", "copy").status == 0)
        #expect(try work.files(below: "copy").count == 5)
    }

    @Test func `reports a moved tag`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        let reference = "\(registry.name)/\(work.namespace)/test/plugin:v1"
        try work.write(Modules.plugin, to: "one.wasm")
        try work.write(Modules.tiny, to: "two.wasm")
        let first = try await work.start(["push", reference, "one.wasm"] + access.trust).wait()
        #expect(first.errorText.contains(":v1  new tag, "))
        let second = try await work.start(
            ["push", reference, "two.wasm", "--digest-file", "d"] + access.trust
        ).wait()
        #expect(second.errorText.contains("moved from"))
        #expect(second.errorText.contains("IfNotPresent"))
        #expect(try second.outputText.hasSuffix("@\(String(decoding: work.bytes(of: "d"), as: UTF8.self))\n"))
        // A digest in the target must be the image's digest.
        let other = String(first.outputText.split(separator: "@").last ?? "").trimmingCharacters(
            in: .newlines
        )
        let wrong = try await work.start(["push", "\(reference)@\(other)", "two.wasm"] + access.trust).wait()
        #expect(wrong.status == 65, "\(wrong)")
        #expect(wrong.errorText.contains("error[digest-mismatch]"))
    }
}

extension RegistryPeer {
    /// The options for access to the registry.
    struct Access {
        let caFile: String
        /// A folder with only the authority's certificate, for skopeo.
        let folder: String
        let credentials: [String]
        let input: String

        /// Without credentials.
        var trust: [String] { ["--ca-file", caFile] }
        /// With credentials; the password is read from standard input.
        var flags: [String] { trust + credentials }
    }

    func access(_ work: Workspace) throws -> Access {
        let caFile = try #require(caFile).string
        try work.write(Data(contentsOf: URL(filePath: caFile)), to: "trust/ca.crt")
        return Access(
            caFile: caFile,
            folder: work.path("trust"),
            credentials: ["--username", username, "--password-stdin"],
            input: password + "\n"
        )
    }
}

extension Workspace {
    func skopeo(_ registry: RegistryPeer, _ arguments: [String]) async throws -> CommandLineRun {
        try await RunningProgram(
            "/usr/bin/env",
            ["skopeo", "--insecure-policy"] + arguments,
            environment: environment,
            in: folder
        ).wait()
    }
}
