import Foundation
import TestSupport
import Testing

/// `copy --format` converts an image that proxies reject into one that they accept, in every kind of store.
@Suite(.timed, .timeLimit(.minutes(5))) struct CopyFormatTests {
    private let work: Workspace
    private let name = "r.example/team/plugin:v1"

    init() throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
    }

    private func build(_ format: String, _ reference: String, in layout: String) async throws -> String {
        let run = try await work.run("build", "-t", reference, "--format", format, "--layout", layout)
        #expect(run.status == 0, "\(run)")
        return String(run.outputText.trimmingCharacters(in: .newlines).suffix(71))
    }

    @Test func `repairs an image between registries, layouts and archives`() async throws {
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1"
        let good = try await build("image", reference, in: "good")
        let bad = try await build("artifact", reference, in: "bad")
        #expect(try await work.run("copy", "bad", "bad.tar").status == 0)
        #expect(try await work.run("push", reference, "bad").status == 0)
        let ways = [
            ("bad", "a-oci"), ("bad", "a.tar"), ("bad", "\(registry.name)/team/a:v1"), ("bad.tar", "b-oci"),
            ("bad.tar", "b.tar"), ("bad.tar", "\(registry.name)/team/b:v1"), (reference, "c-oci"),
            (reference, "c.tar"), (reference, "\(registry.name)/team/c:v1"), ("bad@\(bad)", "d-oci"),
        ]
        for (from, to) in ways {
            let run = try await work.run("copy", "--format", "image", from, to)
            #expect(run.status == 0, "\(from) to \(to): \(run)")
            #expect(run.outputText.hasSuffix("@\(good)\n"), "\(from) to \(to): \(run)")
            #expect(
                run.errorText.contains("repacked \(bad.prefix(19))… as \(good.prefix(19))… (image)"),
                "\(run)"
            )
            #expect(try await work.run("verify", to, "--expect", good).status == 0, "\(to)")
        }
        #expect(try work.bytes(of: "a.tar") == work.bytes(of: "c.tar"))
    }

    @Test func `repairs an image in place`() async throws {
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/plugin:v1"
        let good = try await build("image", reference, in: "good")
        _ = try await build("artifact", reference, in: "bad")
        #expect(try await work.run("push", reference, "bad").status == 0)
        for place in ["bad", reference] {
            let run = try await work.run("copy", "--format", "image", place, place)
            #expect(run.status == 0, "\(run)")
            #expect(try await work.run("verify", place, "--expect", good).status == 0)
        }
        #expect(try work.bytes(of: "bad/index.json") == work.bytes(of: "good/index.json"))
    }

    @Test func `JSON names the original and the new image`() async throws {
        let bad = try await build("artifact", name, in: "bad")
        let run = try await work.run("copy", "--format", "docker", "bad", "x.tar", "--json")
        #expect(run.outputText.contains(#""sourceDigest":"\#(bad)""#), "\(run)")
        #expect(run.outputText.contains(#""format":"docker""#), "\(run)")
        #expect(!run.outputText.contains(#""digest":"\#(bad)""#), "\(run)")
        let plain = try await work.run("copy", "bad", "y.tar", "--json")
        #expect(plain.outputText.contains(#""format":null"#), "\(plain)")
        #expect(plain.outputText.contains(#""sourceDigest":"\#(bad)""#), "\(plain)")
    }

    @Test func `copies an image that already has the format byte for byte`() async throws {
        let built = try await work.run("build", "-t", name, "--compression-level", "9")
        let digest = String(built.outputText.trimmingCharacters(in: .newlines).suffix(71))
        let run = try await work.run("copy", "--format", "image", "plugin-oci", "x.tar")
        #expect(run.outputText.hasSuffix("@\(digest)\n"), "\(run)")
        #expect(run.errorText.contains("already has the format \"image\" and is copied unchanged"), "\(run)")
    }

    @Test func `does not name the new image after the old digest`() async throws {
        let registry = try await ScriptedRegistry()
        let bad = try await build("artifact", "\(registry.name)/team/plugin:v1", in: "bad")
        let pinned = "\(registry.name)/team/plugin@\(bad)"
        #expect(try await work.run("copy", "bad", pinned).status == 0)
        let run = try await work.run("copy", "--format", "image", pinned, "x-oci")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.hasPrefix("sha256:"), "\(run)")
        let index = String(decoding: try work.bytes(of: "x-oci/index.json"), as: UTF8.self)
        #expect(!index.contains("annotations"), "\(index)")
    }

    @Test func `rejects a digest as the destination, and does not replace an archive`() async throws {
        let bad = try await build("artifact", name, in: "bad")
        for to in ["r.example/team/plugin@\(bad)", "x-oci@\(bad)", "x.tar@\(bad)"] {
            let run = try await work.run("copy", "--format", "image", "bad", to)
            #expect(run.status == 64, "\(run)")
            #expect(run.errorText.contains("TO must not have a digest"), "\(run)")
        }
        #expect(try await work.run("copy", "bad", "x.tar").status == 0)
        let bytes = try work.bytes(of: "x.tar")
        let rejected = try await work.run("copy", "--format", "image", "x.tar", "x.tar")
        #expect(rejected.status == 1, "\(rejected)")
        #expect(try work.bytes(of: "x.tar") == bytes)
    }

    @Test func `rejects an image without a module, and writes nothing`() async throws {
        try work.write(Tar.entry("other.txt", [1]) + Tar.end, to: "l")
        let diffID = try await work.other("sha256sum", "l").outputText.prefix(64)
        let config = #"{"rootfs":{"type":"layers","diff_ids":["sha256:\#(diffID)"]}}"#
        let list = #"[{"Config":"c","RepoTags":null,"Layers":["l"]}]"#
        try work.write(
            Tar.entry("c", Array(config.utf8)) + Tar.entry("l", work.bytes(of: "l"))
                + Tar.entry("manifest.json", Array(list.utf8)) + Tar.end,
            to: "bad.tar"
        )
        let before = try work.names()
        for to in ["x-oci", "x.tar"] {
            let run = try await work.run("copy", "--format", "image", "bad.tar", to)
            #expect(run.status == 66, "\(run)")
            #expect(run.errorText.contains("error[plugin-missing]"), "\(run)")
        }
        #expect(try work.names() == before)
    }
}
