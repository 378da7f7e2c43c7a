import Foundation
import OCI
import TestSupport
import Testing

/// `digest`: what a name points to, by one request.
@Suite(.timed, .timeLimit(.minutes(5))) struct DigestCommandTests {
    private struct Document: Decodable {
        let reference: String?
        let digest: String
        let verified: Bool
    }

    @Test func `prints the digest of an image in a layout or an archive`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let built = try await work.run("build", "-t", "example.com/a:v1")
        let digest = try #require(built.outputText.split(separator: "@").last)
        _ = try await work.run("copy", "plugin-oci", "x.tar")
        for target in ["plugin-oci", "plugin-oci:v1", "x.tar", "x.tar:v1"] {
            let run = try await work.run("digest", target)
            #expect(run.status == 0 && run.outputText == digest, "\(target): \(run)")
            #expect(run.errorText.isEmpty, "\(run)")
        }
        let module = try await work.run("digest", "plugin.wasm")
        #expect(module.status == 64 && module.errorText.contains("is a module, not an image"), "\(module)")
        let missing = try await work.run("digest", "plugin-oci:v2")
        #expect(missing.status == 66 && missing.outputText.isEmpty, "\(missing)")
    }

    @Test func `verifies the manifest of a layout with --verify`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        let digest = try await work.run("build").outputText.dropFirst("sha256:".count).dropLast()
        let blob = "plugin-oci/blobs/sha256/\(digest)"
        try work.write(Array("{}".utf8), to: blob)
        #expect(try await work.run("digest", "plugin-oci").status == 0)
        #expect(try await work.run("digest", "plugin-oci", "--verify").status == 65)
    }

    @Test func `asks a registry once, and hashes the manifest with --verify`() async throws {
        let bench = try await ScreenBench()
        let reference = "\(ScreenTests.image):v1"
        let pushed = try await bench.run(["push", reference, "plugin.wasm"])
        #expect(pushed.status == 0, "\(pushed)")
        let digest = try #require(pushed.outputText.split(separator: "@").last)
        let before = try await bench.registry.requests().count

        let run = try await bench.run(["digest", reference, "--json"])
        let document = try JSONDecoder().decode(Document.self, from: run.outputBytes)
        #expect("\(document.digest)\n" == digest && !document.verified, "\(run)")
        #expect("\(document.reference ?? "")\n" == pushed.outputText)
        var requests = try await bench.registry.requests().dropFirst(before)
        #expect(requests.map { $0.split(separator: " ")[0] } == ["HEAD"], "\(requests)")

        let verified = try await bench.run(["digest", reference, "--verify"])
        #expect(verified.outputText == digest)
        requests = try await bench.registry.requests().dropFirst(before + 1)
        #expect(requests.map { $0.split(separator: " ")[0] } == ["GET"], "\(requests)")

        let pinned = try await bench.run(["digest", String(pushed.outputText.dropLast())])
        #expect(pinned.outputText == digest, "\(pinned)")
        let missing = try await bench.run(["digest", "\(ScreenTests.image):v9"])
        #expect(missing.status == 66 && missing.outputText.isEmpty, "\(missing)")
    }

    private static func head(_ fault: String) -> String {
        #"{"method":"HEAD","path":"/manifests/",\#(fault)}"#
    }

    static let answers: [(fault: String, why: String)] = [
        (#""status":405"#, "HEAD is not supported"), (#""status":501"#, "the same"),
        (#""status":404"#, "a wrong 404"),
        (#""extra_headers":{"Docker-Content-Digest":null}"#, "no digest"),
        (#""extra_headers":{"Content-Type":null}"#, "no type"),
        (#""extra_headers":{"Docker-Content-Digest":"md5:0"}"#, "no digest that can be read"),
    ]

    @Test func `rejects another digest than the one that was asked for`() async throws {
        let bench = try await ScreenBench()
        let pushed = try await bench.run(["push", "\(ScreenTests.image):v1", "plugin.wasm"])
        try await bench.registry.order("[\(Self.head(#""wrong_digest_header":true"#))]")
        let run = try await bench.run(["digest", String(pushed.outputText.dropLast())])
        #expect(run.status == 65 && run.errorText.contains("states another digest"), "\(run)")
        #expect(run.outputText.isEmpty)
    }

    @Test("asks by GET where a registry's HEAD gives no digest", arguments: answers)
    func fallsBack(fault: String, why: String) async throws {
        let bench = try await ScreenBench()
        let reference = "\(ScreenTests.image):v1"
        let pushed = try await bench.run(["push", reference, "plugin.wasm"])
        let digest = pushed.outputText.split(separator: "@").last
        try await bench.registry.order("[\(Self.head(fault))]")
        let run = try await bench.run(["digest", reference])
        #expect(run.status == 0 && run.outputText == digest ?? "?", "\(why): \(run)")
    }

    @Test func `notes that a digest is that of an index`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        _ = try await work.run("build", "-t", "example.com/a:v1")
        // The layout's own index becomes an image's index.
        let document = try work.bytes(of: "plugin-oci/index.json")
        let digest = Digest(of: document)
        let file = digest.description.replacing("sha256:", with: "plugin-oci/blobs/sha256/")
        try work.write(document, to: file)
        let entry =
            #"{"mediaType":"application/vnd.oci.image.index.v1+json","digest":"\#(digest)","size":\#(document.count)}"#
        try work.write(
            Array(#"{"schemaVersion":2,"manifests":[\#(entry)]}"#.utf8),
            to: "plugin-oci/index.json"
        )
        let run = try await work.run("digest", "plugin-oci")
        #expect(run.outputText == "\(digest)\n", "\(run)")
        #expect(run.errorText.contains("this is the digest of an index"), "\(run)")
    }
}
