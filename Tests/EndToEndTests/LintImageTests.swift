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

        let other = try await bench.push(Modules.tiny, to: "v2")
        #expect(try await bench.lint("\(oci):v1", "sha256: \(other.dropFirst(7))") == ["pin-of-other"])
        // A module without an interface: the consumer's check.
        #expect(try await bench.lint("\(oci)@\(other)").first == "image-rejected")
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
        let with = try await lint("--use-secrets")
        #expect(with.status == 0, "\(with)")
        #expect(with.errorText.contains("from Secret ns/s (home/secret-and-plugin.yaml)"), "\(with)")
        try FileManager.default.removeItem(atPath: bench.work.path("home/secret-and-plugin.yaml"))
    }
}
