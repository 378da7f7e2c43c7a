import Diagnostics
import Foundation
import HostSystem
import OCI
import Storage
import SystemPackage
import TestSupport
import Testing

@Suite(.timed, .timeLimit(.minutes(5)))
struct ImageLayoutSweepTests {
    private let scratch: ScratchDirectory
    private let path: FilePath

    init() throws {
        scratch = try ScratchDirectory()
        path = scratch.appending("layout")
    }

    private func exists(_ blob: Blob) -> Bool {
        Directory.type(of: path.blob(blob.descriptor.digest)) == .regular
    }

    /// Makes a file of the layout older than a day, so that it counts as left behind.
    private func age(_ name: String, by seconds: Double = 90_000) throws {
        try FileManager.default.setAttributes(
            [.modificationDate: Date(timeIntervalSinceNow: -seconds)],
            ofItemAtPath: path.pushing(FilePath(name)).string
        )
    }

    private func age(_ blobs: [Blob]) throws {
        for blob in blobs { try age("blobs/sha256/\(blob.descriptor.digest.encoded)") }
    }

    static let strangers: [(age: Double?, isKept: Bool, why: String)] = [
        (nil, true, "another program has just written it"),
        (86_300, true, "it is not yet a day old"),
        (-3600, true, "its clock is ahead"),
        (86_500, false, "it is older than a day"),
    ]

    @Test("keeps an unnamed blob of another program for a day", arguments: strangers)
    func stranger(seconds: Double?, isKept: Bool, why: String) async throws {
        let layout = try await ImageLayout(creating: path)
        let loose = Digest(of: [9]).encoded
        try scratch.write([9], to: "layout/blobs/sha256/\(loose)")
        if let seconds { try age("blobs/sha256/\(loose)", by: seconds) }
        let old = try SampleImage("old")
        try await copy(.named("v1"), from: old, to: layout)
        try await copy(.named("v1"), from: SampleImage("new"), to: layout)
        #expect(try tree(path).contains("blobs/sha256/\(loose)") == isKept, "\(why)")
        #expect(!old.blobs.contains(where: exists), "the image that was replaced is our own")
    }

    @Test func `a failed copy removes the blobs that it wrote, and no others`() async throws {
        let layout = try await ImageLayout(creating: path)
        let kept = try SampleImage("kept")
        try await copy(.named("v1"), from: kept, to: layout)
        let stranger = Blob([9], mediaType: .layerTarGzip)
        try scratch.write([9], to: "layout/blobs/sha256/\(stranger.descriptor.digest.encoded)")
        let image = try SampleImage("new")
        let failure = await #expect(throws: Failure.self) {
            try await layout.cleaningUp { () async throws(Failure) in
                try await layout.push(image.layer)
                // The same bytes as in an image that has a name.
                try await layout.push(kept.layer)
                throw Failure(.diskFull, "no room")
            }
        }
        #expect(failure?.code == .diskFull)
        #expect(!exists(image.layer))
        #expect((kept.blobs + [stranger]).allSatisfy(exists))
    }

    /// What a failure leaves of a layout.
    enum Place: String, CaseIterable {
        /// Neither the layout nor the folder above it existed.
        case new
        /// The folder existed, and was empty.
        case emptyFolder
        /// The layout existed without an image.
        case emptyLayout
        /// Another process put a blob into the new layout.
        case foreignBlob
    }

    @Test("a failure removes a layout that was created for it, and nothing else", arguments: Place.allCases)
    func failedCreation(place: Place) async throws {
        let path = scratch.appending("above").appending("layout")
        let foreign = path.appending("blobs/sha256").appending(Digest(of: [9]).encoded)
        let before: [String]
        switch place {
        case .new, .foreignBlob: before = []
        case .emptyFolder:
            try Directory.create(path)
            before = ["above", "above/layout"]
        case .emptyLayout:
            _ = try await ImageLayout(creating: path)
            before = try tree(scratch.path)
        }
        let layout = try await ImageLayout(creating: path)
        let image = try SampleImage("new")
        let failure = await #expect(throws: Failure.self) {
            try await layout.cleaningUp { () async throws(Failure) in
                try await layout.push(image.layer)
                if place == .foreignBlob {
                    try TemporaryFile.write([9], to: foreign)
                }
                throw Failure(.diskFull, "no room")
            }
        }
        #expect(failure?.code == .diskFull)
        guard place == .foreignBlob else { return #expect(try tree(scratch.path) == before) }
        #expect(try await ImageLayout(opening: path).index().manifests == [])
        #expect(try contents(of: foreign) == [9])
    }

    @Test func `a failure keeps a new layout that another process has open`() async throws {
        let layout = try await ImageLayout(creating: path)
        let other = try await ImageLayout(opening: path)
        _ = await #expect(throws: Failure.self) {
            try await layout.cleaningUp { () async throws(Failure) in throw Failure(.diskFull, "no room") }
        }
        try await copy(.named("v1"), from: SampleImage("kept"), to: other)
        #expect(try await ImageLayout(opening: path).index().manifests.count == 1)
    }

    @Test func `a layout that failures remove can be created by others meanwhile`() async throws {
        try await withThrowingTaskGroup { group in
            for number in 0..<40 {
                group.addTask { [path] in
                    let layout = try await ImageLayout(creating: path)
                    guard number % 4 == 0 else {
                        _ = try? await layout.cleaningUp { () async throws(Failure) in
                            throw Failure(.diskFull, "no room")
                        }
                        return
                    }
                    try await copy(.named("v\(number)"), from: SampleImage("\(number)"), to: layout)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await ImageLayout(opening: path).index().manifests.count == 10)
    }

    @Test func `replacing a name removes unreferenced blobs`() async throws {
        let layout = try await ImageLayout(creating: path)
        let (old, kept, new) = (try SampleImage("old"), try SampleImage("kept"), try SampleImage("new"))
        try await copy(.named("r.example/a/b:v1"), from: old, to: layout)
        try await copy(.named("r.example/a/b:v2"), from: kept, to: layout)
        try await copy(.named("r.example/a/b:v1"), from: new, to: layout)
        #expect(!old.blobs.contains(where: exists))
        #expect(kept.blobs.allSatisfy(exists))
        #expect(new.blobs.allSatisfy(exists))
        #expect(try layout.index().manifests.count == 2)
    }

    @Test func `keeps a shared blob as long as one image needs it`() async throws {
        let layout = try await ImageLayout(creating: path)
        let first = try SampleImage("first")
        let shared = try SampleImage("second", layer: first.layer.bytes(limit: .max))
        try await copy(.named("v1"), from: first, to: layout)
        try await copy(.named("v2"), from: shared, to: layout)
        try await copy(.named("v1"), from: SampleImage("third"), to: layout)
        #expect(exists(first.layer))
        #expect(!exists(first.config))
        #expect(shared.blobs.allSatisfy(exists))
    }

    @Test func `removes only files that an ended process left behind`() async throws {
        let layout = try await ImageLayout(creating: path)
        let left = [
            ".wasmpack-1.tmp", "blobs/.wasmpack-2.tmp", "blobs/sha256/.wasmpack-3.tmp",
            "blobs/sha256/\(Digest(of: [9]).encoded)",
        ]
        let others = [
            ".wasmpack-notes", "README.md", "blobs/other/file", "blobs/sha256/README",
            "blobs/sha256/\(Digest(of: [9]).encoded)x",
        ]
        for name in left + others {
            try scratch.write([1], to: "layout/\(name)")
            try age(name)
        }
        try await copy(.only, from: SampleImage("a"), to: layout)
        let tree = try tree(path)
        for name in left { #expect(!tree.contains(name), "\(name)") }
        for name in others { #expect(tree.contains(name), "\(name)") }
    }

    @Test func `does not sweep while another user has the layout open`() async throws {
        let layout = try await ImageLayout(creating: path)
        let old = try SampleImage("old")
        try await copy(.named("v1"), from: old, to: layout)
        do {
            let reader = try await ImageLayout(opening: path)
            try scratch.write([], to: "layout/blobs/.wasmpack-theirs.tmp")
            try await copy(.named("v1"), from: SampleImage("new"), to: layout)
            #expect(old.blobs.allSatisfy(exists))
            #expect(try tree(path).contains("blobs/.wasmpack-theirs.tmp"))
            // Content that was resolved before is still readable.
            _ = try await reader.fetch(old.manifest.descriptor)
        }
        try age(old.blobs)
        try await copy(.named("v1"), from: SampleImage("newer"), to: layout)
        #expect(!old.blobs.contains(where: exists))
        #expect(try !tree(path).contains("blobs/.wasmpack-theirs.tmp"))
    }

    @Test func `does not sweep while another process has the layout open`() async throws {
        let layout = try await ImageLayout(creating: path)
        let old = try SampleImage("old")
        try await copy(.named("v1"), from: old, to: layout)
        let script = """
            import fcntl, os, sys
            fcntl.flock(os.open(sys.argv[1] + '/blobs', os.O_RDONLY), fcntl.LOCK_SH)
            print('open', flush=True)
            sys.stdin.read()
            """
        let other = try RunningTool(Python.path, ["-c", script, path.string])
        try #require(other.firstOutput() != nil)
        try await copy(.named("v1"), from: SampleImage("new"), to: layout)
        #expect(old.blobs.allSatisfy(exists))
        other.stop()
        try age(old.blobs)
        try await copy(.named("v1"), from: SampleImage("newer"), to: layout)
        #expect(!old.blobs.contains(where: exists))
    }

    @Test func `keeps all content that a nested index refers to`() async throws {
        let layout = try await ImageLayout(creating: path)
        let images = [try SampleImage("one"), try SampleImage("two")]
        let inner = try index(of: images.map(\.manifest))
        let outer = try index(of: [inner])
        let source = FixedSource(root: outer, blobs: images.flatMap(\.blobs) + [inner])
        try await copy(.named("list"), from: source, to: layout)
        try await copy(.named("v1"), from: SampleImage("other"), to: layout)
        #expect((images.flatMap(\.blobs) + [inner, outer]).allSatisfy(exists))
        #expect(try await Verification(of: outer.descriptor, in: layout).findings.isEmpty)
    }

    /// Adds an entry to the index, as another program would.
    private func list(_ blob: Blob, in layout: ImageLayout) async throws {
        try await layout.push(blob)
        var index = try layout.index()
        index.manifests.append(blob.descriptor)
        try scratch.write(CanonicalJSON.encode(index), to: "layout/index.json")
    }

    @Test func `removes nothing if a manifest cannot be followed`() async throws {
        let doubts: [(blob: Blob, why: String)] = [
            (Blob(Array("{}".utf8), mediaType: MediaType("application/vnd.example+json")), "an unknown kind"),
            (Blob(Array("{".utf8), mediaType: .imageManifest), "a manifest that cannot be read"),
        ]
        for (blob, why) in doubts {
            let layout = try await ImageLayout(creating: path)
            let loose = Blob([1, 2, 3], mediaType: .layerTarGzip)
            try await layout.push(loose)
            try await list(blob, in: layout)
            try await copy(.named("v1"), from: SampleImage("a"), to: layout)
            #expect(exists(loose), "\(why)")
            #expect(exists(blob), "\(why)")
            try age([loose])
            try scratch.write(CanonicalJSON.encode(Index(manifests: [])), to: "layout/index.json")
            try await copy(.named("v1"), from: SampleImage("a"), to: layout)
            #expect(!exists(loose), "\(why)")
        }
    }

    @Test func `removes nothing if indexes are nested too deeply`() async throws {
        let layout = try await ImageLayout(creating: path)
        let image = try SampleImage("deep")
        let inner = try index(of: [image.manifest])
        let middle = try index(of: [inner])
        let outer = try index(of: [middle])
        for blob in image.blobs + [inner, middle] { try await layout.push(blob) }
        try await list(outer, in: layout)
        let loose = Blob([1, 2, 3], mediaType: .layerTarGzip)
        try await layout.push(loose)
        try await copy(.named("v1"), from: SampleImage("a"), to: layout)
        #expect((image.blobs + [inner, middle, outer, loose]).allSatisfy(exists))
    }

    @Test func `keeps the image that a signature refers to`() async throws {
        let layout = try await ImageLayout(creating: path)
        let image = try SampleImage("signed")
        for blob in image.blobs { try await layout.push(blob) }
        let config = Blob(Array("{}".utf8), mediaType: MediaType("application/vnd.oci.empty.v1+json"))
        try await layout.push(config)
        let subject = try String(decoding: CanonicalJSON.encode(image.manifest.descriptor), as: UTF8.self)
        let empty = try String(decoding: CanonicalJSON.encode(config.descriptor), as: UTF8.self)
        let text =
            #"{"schemaVersion":2,"mediaType":"\#(MediaType.imageManifest)","config":\#(empty),"layers":[\#(empty)],"#
            + #""subject":\#(subject)}"#
        try await list(Blob(Array(text.utf8), mediaType: .imageManifest), in: layout)
        try await copy(.named("v1"), from: SampleImage("a"), to: layout)
        #expect((image.blobs + [config]).allSatisfy(exists))
    }

    @Test func `a layer built in the layout stays readable after it is moved into place`()
        async throws
    {
        let layout = try await ImageLayout(creating: path)
        let spool = try BlobSpool(in: layout.spoolDirectory)
        let bytes = try SampleImage("a").layer.bytes(limit: .max)
        try bytes.withUnsafeBytesTyped { bytes throws(Failure) in try spool.write(bytes) }
        let layer = spool.finish(as: .layerTarGzip)
        try await layout.push(layer)
        #expect(exists(layer))
        #expect(try layer.bytes(limit: .max) == bytes)
        let other = try await ImageLayout(creating: scratch.appending("other"))
        try await other.push(layer)
        #expect(try await other.contains(layer.descriptor))
        #expect(try tree(path).allSatisfy { !$0.contains(".wasmpack-") })
    }

    // MARK: Concurrency

    @Test("several tasks can create one layout concurrently", arguments: 0..<10)
    func creating(round: Int) async throws {
        let path = path
        try await withThrowingTaskGroup { group in
            for _ in 0..<6 { group.addTask { _ = try await ImageLayout(creating: path) } }
            try await group.waitForAll()
        }
        #expect(try await ImageLayout(opening: path).index().manifests.isEmpty)
    }

    @Test("concurrent builds into one layout all succeed with every blob", arguments: 0..<2)
    func concurrent(round: Int) async throws {
        let path = path
        let writers = 6
        let builds = 5
        try await withThrowingTaskGroup { group in
            for writer in 0..<writers {
                group.addTask {
                    for build in 0..<builds {
                        // Each build opens the layout like a separate process; it sets a unique name and a shared one.
                        let layout = try await ImageLayout(creating: path)
                        let image = try SampleImage("\(writer) \(build)")
                        let spool = try BlobSpool(in: layout.spoolDirectory)
                        try image.layer.bytes(limit: .max).withUnsafeBytesTyped { bytes throws(Failure) in
                            try spool.write(bytes)
                        }
                        let built = FixedSource(
                            root: image.manifest,
                            blobs: [image.config, spool.finish(as: .layerTarGzip)]
                        )
                        try await copy(.named("r.example/w/own:w\(writer)"), from: built, to: layout)
                        try await copy(.named("r.example/w/all:latest"), from: built, to: layout)
                        let own = try await layout.resolve(.named("r.example/w/own:w\(writer)"))
                        let findings = try await Verification(of: own, in: layout).findings
                        #expect(own == image.manifest.descriptor)
                        #expect(findings.isEmpty, "\(findings)")
                    }
                }
            }
            try await group.waitForAll()
        }
        let layout = try await ImageLayout(opening: path)
        let entries = try layout.index().manifests
        #expect(entries.count == writers + 1)
        for entry in entries {
            let findings = try await Verification(of: entry, in: layout).findings
            #expect(findings.isEmpty, "\(findings)")
        }
        for writer in 0..<writers {
            let last = try SampleImage("\(writer) \(builds - 1)").manifest.descriptor
            #expect(try await layout.resolve(.named("r.example/w/own:w\(writer)")) == last)
        }
    }
}
