import Diagnostics
import OCI
import Storage
import TestSupport
import Testing

@Suite struct ManifestGraphTests {
    /// The steps of a walk, as roles.
    private func steps(from root: Blob, in source: FixedSource) async throws -> [String] {
        var steps: [String] = []
        try await ManifestGraph.walk(from: root.descriptor, reading: source.fetch) { step in
            switch step {
            case .begin(let node): steps.append("\(node.descriptor.role) at \(node.depth)")
            case .content(let parts, _): steps.append(parts.map(\.role).joined(separator: "+"))
            case .end(let node): steps.append("end of \(node.descriptor.role)")
            }
        }
        return steps
    }

    @Test func `visits a manifest before its content, and ends it afterwards`() async throws {
        let image = try SampleImage("one")
        let loose = Blob([1, 2, 3], mediaType: MediaType("application/vnd.example"))
        let inner = try index(of: [image.manifest, loose])
        let outer = try index(of: [inner])
        let source = FixedSource(root: outer, blobs: image.blobs + [loose, inner])
        #expect(
            try await steps(from: outer, in: source) == [
                "index at 0", "index at 1", "manifest at 2", "config+layer", "end of manifest", "layer",
                "end of index", "end of index",
            ]
        )
    }

    @Test func `skips a manifest that is not returned, with its content`() async throws {
        let images = [try SampleImage("one"), try SampleImage("two")]
        let list = try index(of: images.map(\.manifest))
        let source = FixedSource(root: list, blobs: images.flatMap(\.blobs))
        var seen: [Digest] = []
        try await ManifestGraph.walk(
            from: list.descriptor,
            reading: { manifest throws(Failure) in
                manifest.digest == images[0].manifest.descriptor.digest ? nil : try source.fetch(manifest)
            },
            visit: { step in
                if case .content(let parts, _) = step { seen += parts.map(\.digest) }
            }
        )
        #expect(seen == [images[1].config, images[1].layer].map(\.descriptor.digest))
    }

    @Test func `rejects a third level of indexes, also before a push`() async throws {
        let image = try SampleImage("one")
        let inner = try index(of: [image.manifest])
        let middle = try index(of: [inner])
        let outer = try index(of: [middle])
        let source = FixedSource(root: outer, blobs: image.blobs + [inner, middle])
        _ = try await source.verify(middle.descriptor)
        let failure = await #expect(throws: Failure.self) { try await source.verify(outer.descriptor) }
        #expect(failure?.code == .manifestInvalid)
        #expect(failure?.message == "the index \(inner.descriptor.digest) is nested too deeply")
    }
}
