import Foundation
import SystemPackage
import TestSupport
import Testing

/// `lint` with a real registry: images, pins, tags, pull Secrets and `--fix`.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct LintImageTests {
    private struct Bench {
        let work: Workspace
        let registry: RegistryPeer
        let access: RegistryPeer.Access

        init(_ authentication: RegistryPeer.Authentication = .open) async throws {
            work = try Workspace()
            registry = try await RegistryPeer.shared(authentication)
            access = try registry.access(work)
        }

        var repository: String { "\(registry.name)/\(work.namespace)/plugin" }

        func run(_ arguments: String...) async throws -> CommandLineRun {
            try await work.start(arguments + access.flags, input: access.input).wait()
        }

        /// Pushes a module, and returns the digest of its manifest.
        func push(_ module: [UInt8], to tag: String) async throws -> String {
            try work.write(module, to: "\(tag).wasm")
            let run = try await run("push", "\(repository):\(tag)", "\(tag).wasm", "--no-check")
            try #require(run.status == 0, "\(run)")
            return String(try #require(run.outputText.split(separator: "@").last).dropLast())
        }

        func lint(_ url: String, _ more: String = "") async throws -> [String] {
            try work.write(LintTests.plugin(url, more), to: "p.yaml")
            let run = try await run("lint", "p.yaml", "--json")
            return try LintTests.Document(run).ids.filter { $0 != "url-loopback" }
        }
    }

    @Test func `--fix writes pins, and keeps every other byte, the permissions and links`() async throws {
        let bench = try await Bench()
        let digest = try await bench.push(Modules.plugin, to: "v1")
        let before =
            "# é\r\n"
            + String(
                decoding: LintTests.plugin("'oci://\(bench.repository):v1'", "phase:  AUTHN  # early"),
                as: UTF8.self
            )
        try bench.work.write(Array(before.utf8), to: "real/p.yaml")
        try bench.work.protect("real/p.yaml", 0o640)
        try FileManager.default.createSymbolicLink(
            atPath: bench.work.path("p.yaml"),
            withDestinationPath: "real/p.yaml"
        )
        let run = try await bench.run("lint", "p.yaml", "--fix")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("fixed    p.yaml:7: pinned to \(digest)"), "\(run)")
        #expect(!run.outputText.contains("[unpinned]"), "\(run)")
        let after = String(decoding: try bench.work.bytes(of: "real/p.yaml"), as: UTF8.self)
        #expect(after == before.replacing("plugin:v1'", with: "plugin@\(digest)'  # v1"))
        let attributes = try FileManager.default.attributesOfItem(atPath: bench.work.path("real/p.yaml"))
        #expect(attributes[.posixPermissions] as? Int == 0o640)
        #expect(
            try FileManager.default.destinationOfSymbolicLink(atPath: bench.work.path("p.yaml"))
                == "real/p.yaml"
        )
        let again = try LintTests.Document(await bench.run("lint", "p.yaml", "--fix", "--json"))
        #expect(again.fixed.isEmpty && again.ids == ["url-loopback"], "\(again)")
    }

    @Test func `finds images that are missing, pins of other things, and tags that moved`() async throws {
        let bench = try await Bench()
        let digest = try await bench.push(Modules.plugin, to: "v1")
        let module = try #require(
            (try JSONSerialization.jsonObject(
                with: await bench.run("inspect", "v1.wasm", "--json").outputBytes
            ) as? [String: Any])?["module"]
                as? [String: Any]
        )
        let moduleDigest = try #require(module["digest"] as? String)
        let oci = "oci://\(bench.repository)"
        #expect(try await bench.lint("\(oci)@\(digest)  # v1") == [])
        #expect(try await bench.lint("\(oci):v9") == ["unpinned", "image-missing"])
        #expect(try await bench.lint("\(oci)@\(moduleDigest)  # v1") == ["pin-of-module"])
        #expect(
            try await bench.lint("\(oci):v1", "sha256: \(moduleDigest.dropFirst(7))") == ["pin-of-module"]
        )
        let fixed = try await bench.run("lint", "p.yaml", "--fix")
        #expect(fixed.status == 0, "\(fixed)")
        #expect(
            String(decoding: try bench.work.bytes(of: "p.yaml"), as: UTF8.self).contains(
                "sha256: \(digest.dropFirst(7))"
            )
        )

        let other = try await bench.push(SampleModule.preamble, to: "v2")
        #expect(try await bench.lint("\(oci):v1", "sha256: \(other.dropFirst(7))") == ["pin-of-other"])
        // A module without an interface: the consumer's check.
        let rejected = try await bench.lint("\(oci)@\(other)")
        #expect(rejected.first == "image-rejected", "\(rejected)")
        let moved = try await bench.run("tag", "\(bench.repository)@\(other)", "v1")
        #expect(moved.status == 0, "\(moved)")
        #expect(try await bench.lint("\(oci)@\(digest)  # v1") == ["tag-moved"])
    }

    @Test func `a registry that cannot be reached is a finding`() async throws {
        let work = try Workspace()
        try work.write(LintTests.plugin("oci://localhost:1/a/b:v1"), to: "p.yaml")
        let run = try await work.run("lint", "p.yaml", "--retries", "0", "--json")
        #expect(run.status == 1, "\(run)")
        #expect(try LintTests.Document(run).ids.contains("image-unreachable"), "\(run)")
    }

    @Test func `a silent registry ends the command at its time limit, and nothing is written`() async throws {
        let registry = try SilentSocket(isListening: true)
        let work = try Workspace()
        let manifest = LintTests.plugin("oci://localhost:\(registry.port)/a/b:v1")
        for name in ["d/p1.yaml", "d/p2.yaml"] { try work.write(manifest, to: name) }
        let run = try await work.run("lint", "d", "--fix", "--timeout", "2")
        #expect(run.status == 75, "\(run)")
        for name in ["d/p1.yaml", "d/p2.yaml"] { #expect(try work.bytes(of: name) == manifest) }
        withExtendedLifetime(registry) {}
    }

    static let lies: [(what: String, rules: String)] = [
        ("another byte in the manifest", #"[{"method":"GET","path":"/manifests/","flip":-3}]"#),
        (
            "a digest header that contradicts the manifest",
            #"[{"path":"/manifests/","wrong_digest_header":true}]"#
        ),
        ("a layer that is cut short", #"[{"method":"GET","path":"/blobs/","truncate":50}]"#),
        (
            "a web page in place of the manifest",
            #"[{"path":"/manifests/","status":200,"headers":{"Content-Type":"text/html"},"body":"<html>"}]"#
        ),
    ]

    @Test("a registry that lies is a finding, and --fix writes nothing", arguments: lies.indices)
    func lie(number: Int) async throws {
        let registry = try await ScriptedRegistry()
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let reference = "\(registry.name)/a/b:v1"
        let pushed = try await work.run("push", reference, "plugin.wasm", "--plain-http")
        try #require(pushed.status == 0, "\(pushed)")
        try await registry.order(Self.lies[number].rules)
        let manifest = LintTests.plugin("oci://\(reference)")
        try work.write(manifest, to: "p.yaml")
        let run = try await work.run("lint", "p.yaml", "--fix", "--json", "--plain-http", "--retries", "0")
        let ids = try LintTests.Document(run).ids
        #expect(run.status == 1, "\(Self.lies[number].what): \(run)")
        #expect(ids.contains("image-unreachable") || ids.contains("image-rejected"), "\(run)")
        #expect(try work.bytes(of: "p.yaml") == manifest, "\(Self.lies[number].what)")
    }

    @Test func `an image that the consumer accepts with a warning is a warning`() async throws {
        let bench = try await Bench()
        // It calls the host, and does not export its memory.
        let module = PluginBytes([
            1: vector([function(), function([i32], [i32]), function([], [i32])]),
            2: vector([imported("proxy_done", [0, 2])]),
            7: vector([export("proxy_abi_version_0_2_1", 0, 1), export("malloc", 0, 2)]),
        ])
        let digest = try await bench.push(module.bytes, to: "v1")
        #expect(try await bench.lint("oci://\(bench.repository)@\(digest)") == ["image-warning"])
        let strict = try await bench.run("lint", "p.yaml", "--strict")
        #expect(strict.status == 1 && strict.outputText.contains("memory"), "\(strict)")
    }

    @Test func `does not advise --fix for an image that it cannot pin`() async throws {
        let bench = try await Bench()
        _ = try await bench.push(Modules.plugin, to: "v1")
        let advice = "try: wasmpack lint --fix p.yaml"
        try bench.work.write(LintTests.plugin("oci://\(bench.repository):v1"), to: "p.yaml")
        let present = try await bench.run("lint", "p.yaml")
        #expect(present.outputText.contains(advice), "\(present)")
        try bench.work.write(LintTests.plugin("oci://\(bench.repository):v9"), to: "p.yaml")
        for options in [[], ["--fix"]] {
            let missing = try await bench.work.start(
                ["lint", "p.yaml"] + options + bench.access.flags,
                input: bench.access.input
            ).wait()
            #expect(missing.status == 1 && missing.outputText.contains("[image-missing]"), "\(missing)")
            #expect(!missing.outputText.contains("--fix"), "\(missing)")
        }
        // A url with an escape is never changed, so the pin is shown.
        let escaped = bench.repository.dropLast() + #"\x6e"#
        try bench.work.write(LintTests.plugin("\"oci://\(escaped):v1\""), to: "p.yaml")
        let shown = try await bench.run("lint", "p.yaml", "--fix")
        #expect(shown.outputText.contains("try: write oci://\(bench.repository)@sha256:"), "\(shown)")
        #expect(!shown.outputText.contains("--fix"), "\(shown)")
    }

    @Test func `asks an unreachable registry once for all its images`() async throws {
        let registry = try await ScriptedRegistry()
        try await registry.order(#"[{"drop": "before"}]"#)
        let work = try Workspace()
        var counts: [Int] = []
        for number in 1...3 {
            try work.write(
                LintTests.plugin("oci://\(registry.name)/a/b\(number):v1"),
                to: "d/p\(number).yaml"
            )
            let run = try await work.run("lint", "d", "--retries", "0", "--json")
            let ids = try LintTests.Document(run).ids
            #expect(ids.count { $0 == "image-unreachable" } == number, "\(run)")
            counts.append(try await registry.drained().count)
        }
        #expect(counts[0] > 0 && Set(counts).count == 1, "\(counts)")
    }

    @Test func `--fix leaves a url with a user, and one beside a sha256 that is not a digest`() async throws {
        let bench = try await Bench()
        _ = try await bench.push(Modules.plugin, to: "v1")
        let manifests = [
            LintTests.plugin("oci://user:s3cret@\(bench.repository):v1"),
            LintTests.plugin("oci://\(bench.repository):v1", "sha256: sha256:abc"),
        ]
        for manifest in manifests {
            try bench.work.write(manifest, to: "p.yaml")
            let run = try await bench.run("lint", "p.yaml", "--fix", "--json", "--sarif", "out.sarif")
            #expect(try LintTests.Document(run).fixed.isEmpty, "\(run)")
            #expect(try bench.work.bytes(of: "p.yaml") == manifest)
            #expect(!"\(run)".contains("s3cret"))
            #expect(
                !String(decoding: try bench.work.bytes(of: "out.sarif"), as: UTF8.self).contains("s3cret")
            )
        }
    }

    @Test func `--fix keeps the finding of another image on the same line`() async throws {
        let bench = try await Bench()
        _ = try await bench.push(Modules.plugin, to: "v1")
        let escaped = bench.repository.dropLast() + #"\x6e"#
        func plugin(_ url: some StringProtocol) -> String {
            "{name: a, code: {type: Image, image: {url: \"oci://\(url):v1\"}}}"
        }
        let manifest = """
            apiVersion: gateway.envoyproxy.io/v1alpha1
            kind: EnvoyExtensionPolicy
            metadata: {name: p, namespace: ns}
            spec:
              targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]
              wasm: [\(plugin(bench.repository)), \(plugin(escaped))]

            """
        try bench.work.write(Array(manifest.utf8), to: "p.yaml")
        let document = try LintTests.Document(await bench.run("lint", "p.yaml", "--fix", "--json"))
        #expect(document.fixed.count == 1)
        #expect(document.ids.filter { $0 == "unpinned" }.count == 1, "\(document)")
    }

    @Test func `--fix reports a file that it cannot write, and writes the others`() async throws {
        let bench = try await Bench()
        _ = try await bench.push(Modules.plugin, to: "v1")
        let manifest = LintTests.plugin("oci://\(bench.repository):v1")
        for folder in ["d/a", "d/b"] { try bench.work.write(manifest, to: "\(folder)/p.yaml") }
        try bench.work.protect("d/a", 0o555)
        defer { try? bench.work.protect("d/a", 0o755) }
        try bench.work.protect("d/b", 0o777)
        let run = try await bench.work.asOrdinaryUser(
            Workspace.program,
            ["lint", "d", "--fix", "--json", "--ca-file", "trust/ca.crt"]
        )
        let document = try LintTests.Document(run)
        #expect(run.status == 1 && document.fixed.map(\.file) == ["d/b/p.yaml"], "\(run)")
        let unwritable = document.findings.filter { $0.id == "file-unwritable" }
        #expect(unwritable.map(\.file) == ["d/a/p.yaml"], "\(run)")
        #expect(document.findings.contains { $0.file == "d/a/p.yaml" && $0.id == "unpinned" }, "\(run)")
        #expect(try bench.work.bytes(of: "d/a/p.yaml") == manifest)
        #expect(try bench.work.bytes(of: "d/b/p.yaml") != manifest)
    }

    @Test func `--use-secrets pulls with the Secret in the files, and prints nothing of it`() async throws {
        let bench = try await Bench(.htpasswd)
        let digest = try await bench.push(Modules.plugin, to: "v1")
        let plugin = LintTests.plugin("oci://\(bench.repository)@\(digest)", "imagePullSecret: s")
        let pair = Data("\(bench.registry.username):\(bench.registry.password)".utf8).base64EncodedString()
        let secret = """
            ---
            apiVersion: v1
            kind: Secret
            metadata: {name: s, namespace: ns}
            type: kubernetes.io/dockerconfigjson
            stringData:
              .dockerconfigjson: '{"auths":{"\(bench.registry.name)":{"auth":"\(pair)"}}}'

            """
        try bench.work.write(plugin + Array(secret.utf8), to: "home/secret-and-plugin.yaml")
        let caFile = try #require(bench.registry.caFile).string
        func lint(_ options: String...) async throws -> CommandLineRun {
            try await bench.work.start(
                ["lint", "home/secret-and-plugin.yaml", "--ca-file", caFile, "-v"] + options
            ).wait()
        }
        let without = try await lint()
        #expect(without.status == 1 && without.outputText.contains("[image-unreachable]"), "\(without)")
        #expect(without.outputText.contains("try: use --use-secrets\n"), "\(without)")
        let with = try await lint("--use-secrets")
        #expect(with.status == 0, "\(with)")
        #expect(with.errorText.contains("from Secret ns/s (home/secret-and-plugin.yaml)"), "\(with)")
        try FileManager.default.removeItem(atPath: bench.work.path("home/secret-and-plugin.yaml"))
    }
}
