import Diagnostics
import HostSystem
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Storage

@Suite(.timed, .timeLimit(.minutes(5)))
struct ImageLayoutTests {
    private let scratch: ScratchDirectory
    private let path: FilePath

    init() throws {
        scratch = try ScratchDirectory()
        path = scratch.appending("layout")
    }

    // MARK: Opening

    @Test func `creates a valid layout, and reopening changes nothing`() async throws {
        _ = try await ImageLayout(creating: path)
        #expect(
            try contents(of: path.appending("oci-layout")) == Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)
        )
        let index =
            #"{"manifests":[],"mediaType":"application/vnd.oci.image.index.v1+json","schemaVersion":2}"#
        #expect(try contents(of: path.appending("index.json")) == Array(index.utf8))
        let before = try tree(path)
        _ = try await ImageLayout(creating: path)
        #expect(try await ImageLayout(opening: path).index().manifests == [])
        #expect(try tree(path) == before)
        #expect(before == ["blobs", "blobs/sha256", "index.json", "oci-layout"])
    }

    static let free: [(files: [String], why: String)] = [
        ([], "an empty folder"),
        (["blobs/sha256/x"], "interrupted before the index was written"),
        ([".wasmpack-1.tmp"], "interrupted while the index was written"),
    ]

    @Test("creates a layout in a folder that is new, empty or partly created", arguments: free)
    func creating(files: [String], why: String) async throws {
        try Directory.create(path)
        for file in files { try scratch.write([], to: "layout/\(file)") }
        _ = try await ImageLayout(creating: path)
        #expect(ImageLayout.exists(at: path), "\(why)")
    }

    static let foreign: [(files: [String: String], why: String)] = [
        (["main.go": ""], "a project"),
        ([".wasmpack-config": ""], "a hidden file of the user"),
        (["index.json": "{}"], "another kind of index.json"),
        (["index.json": "console.log(1)", "package.json": "{}"], "a JavaScript project"),
        (["blobs/sha256/x": "", "README.md": ""], "blobs and something else"),
    ]

    @Test("rejects a folder with other content and does not change it", arguments: foreign)
    func foreignFolder(files: [String: String], why: String) async throws {
        for (name, text) in files { try scratch.write(Array(text.utf8), to: "layout/\(name)") }
        let before = try tree(path)
        let failure = await #expect(throws: Failure.self, "\(why)") { try await ImageLayout(creating: path) }
        #expect(failure?.code == .fileUnwritable, "\(why)")
        #expect(failure?.message.contains("is not an OCI image layout") == true, "\(why)")
        #expect(try tree(path) == before, "\(why)")
    }

    /// A lock as of another process: `flock` does not distinguish them.
    private final class Holder: Sendable {
        private let lock: Mutex<DirectoryLock?>

        init(on path: FilePath) async throws {
            let lock = try await DirectoryLock(on: path, isShared: false)
            self.lock = Mutex(lock)
        }

        func letGo() { lock.withLock { $0 = nil } }
    }

    @Test func `a creation that is canceled leaves the folders of the process that holds the lock`()
        async throws
    {
        try Directory.create(path)
        let holder = try await Holder(on: path)
        let blobs = path.appending("blobs").appending("sha256")
        let task = Task { [path] () -> Failure? in
            do throws(Failure) {
                _ = try await ImageLayout(creating: path)
                return nil
            } catch {
                return error
            }
        }
        while !Directory.exists(blobs) { try await Task.sleep(for: .milliseconds(1)) }
        task.cancel()
        #expect(await task.value?.code == .interrupted)
        #expect(try tree(path) == ["blobs", "blobs/sha256"])
        holder.letGo()
    }

    @Test func `a failed creation removes the folders only with the lock, and only without a layout`()
        async throws
    {
        let path = scratch.appending("above").appending("layout")
        let blobs = path.appending("blobs").appending("sha256")
        let new = NewLayout(at: path, blobs: blobs)
        try Directory.create(blobs)
        let folders = try tree(scratch.path)
        let holder = try await Holder(on: path)
        await new.removeUnlessUsed()
        #expect(try tree(scratch.path) == folders, "another process holds the lock")
        holder.letGo()
        let index = try scratch.write([], to: "above/layout/index.json")
        await new.removeUnlessUsed()
        #expect(Directory.exists(blobs), "another process has created the layout")
        try Directory.remove(file: index)
        await new.removeUnlessUsed()
        #expect(try tree(scratch.path) == [])
        try Directory.create(path.removingLastComponent())
        await new.removeUnlessUsed()
        #expect(try tree(scratch.path) == [], "only the folder above was created")
    }

    @Test func `a creation waits for the lock on a folder that was created again meanwhile`() async throws {
        let path = path
        try Directory.create(path)
        let old = try await Holder(on: path)
        let sink = RecordingSink()
        try await Work.$sink.withValue(sink) {
            async let creation = ImageLayout(creating: path)
            // It waits for the lock on the old folder.
            await sink.wait { $0.contains(.note("waiting for another process that uses \(path) …")) }
            for folder in [path.appending("blobs").appending("sha256"), path.appending("blobs"), path] {
                Directory.removeIfEmpty(folder)
            }
            try Directory.create(path.appending("blobs").appending("sha256"))
            let new = try await Holder(on: path)
            old.letGo()
            try await Task.sleep(for: .milliseconds(100))
            #expect(!ImageLayout.exists(at: path), "the lock on the removed folder protects nothing")
            new.letGo()
            _ = try await creation
        }
        #expect(try await ImageLayout(opening: path).index().manifests == [])
    }

    @Test func `rejects a file as a layout`() async throws {
        try scratch.write([], to: "layout")
        let foreign = await #expect(throws: Failure.self) { try await ImageLayout(creating: path) }
        #expect(foreign?.code == .fileUnwritable)
    }

    @Test func `adds a missing marker to a layout`() async throws {
        try await copy(.only, from: SampleImage("a"), to: ImageLayout(creating: path))
        try Directory.remove(file: path.appending("oci-layout"))
        let corrupt = await #expect(throws: Failure.self) { try await ImageLayout(opening: path) }
        #expect(corrupt?.code == .layoutCorrupt)
        _ = try await ImageLayout(creating: path)
        #expect(try await ImageLayout(opening: path).index().manifests.count == 1)
    }

    @Test func `a layout whose creation was killed before the marker is none, and can be created`()
        async throws
    {
        _ = try await ImageLayout(creating: path)
        try Directory.remove(file: path.appending("oci-layout"))
        #expect(!ImageLayout.exists(at: path))
        let missing = await #expect(throws: Failure.self) { try await ImageLayout(opening: path) }
        #expect(missing?.code == .layoutMissing)
        #expect(missing?.why?.contains("was interrupted") == true)
        _ = try await ImageLayout(creating: path)
        _ = try await ImageLayout(opening: path)
    }

    @Test func `does not open a path that is not a layout`() async throws {
        let missing = await #expect(throws: Failure.self) { try await ImageLayout(opening: path) }
        #expect(missing?.code == .layoutMissing)
        try Directory.create(path)
        let present = await #expect(throws: Failure.self) { try await ImageLayout(opening: path) }
        #expect(present?.code == .layoutMissing)
        #expect(present?.why?.contains("neither oci-layout nor index.json") == true)
    }

    static let markers: [(text: String, phrase: String, why: String)] = [
        (#"{"imageLayoutVersion":"1.1.0"}"#, "has the layout version \"1.1.0\"", "a future minor version"),
        (#"{"imageLayoutVersion":"2.0.0"}"#, "has the layout version \"2.0.0\"", "a future major version"),
        ("{}", "is not valid", "no version"),
        ("", "is not valid JSON", "nothing"),
        (
            #"{"imageLayoutVersion":"1.0.0","imageLayoutVersion":"2.0.0"}"#, "is not valid JSON",
            "two versions"
        ),
        (String(repeating: " ", count: 5000), "larger than 4096", "far too much"),
    ]

    @Test("rejects a layout with another version", arguments: markers)
    func marker(text: String, phrase: String, why: String) async throws {
        _ = try await ImageLayout(creating: path)
        try scratch.write(Array(text.utf8), to: "layout/oci-layout")
        for open in [{ try await ImageLayout(opening: path) }, { try await ImageLayout(creating: path) }] {
            let failure = await #expect(throws: Failure.self, "\(why)") { try await open() }
            #expect(failure?.message.contains(phrase) == true, "\(why): \(failure?.message ?? "")")
        }
    }

    // MARK: Reading

    private static func entry(_ digest: String, size: String = "2", more: String = "") -> String {
        #"{"schemaVersion":2,"manifests":[{"mediaType":"\#(MediaType.imageManifest)","digest":"\#(digest)","#
            + #""size":\#(size)\#(more)}]}"#
    }
    private static let digest = Digest(of: Array("{}".utf8)).description

    static let indexes: [(text: String, phrase: String, why: String)] = [
        ("", "ends too early", "nothing"),
        ("{", "a key is expected", "it is cut off"),
        ("[]", "has the wrong type", "a list"),
        (#"{"schemaVersion":2}"#, "manifests", "no list of manifests"),
        (entry("sha256:../../../etc/passwd"), "invalid digest format", "a path for a digest (CVE-2024-3727)"),
        (entry("sha256:"), "invalid digest format", "half a digest"),
        (entry(""), "invalid digest format", "no digest"),
        (entry(digest.uppercased()), "invalid digest format", "upper case"),
        (entry("sha256:" + digest.dropFirst(7).uppercased()), "invalid digest format", "upper-case digits"),
        (entry("md5:d41d8cd98f00b204e9800998ecf8427e"), "invalid digest format", "a weak algorithm"),
        (entry(digest, size: "-1"), "is negative", "a size below zero"),
        (entry(digest, size: "1e99"), "", "a size that fits no number"),
        (entry(digest, more: #","digest":"\#(digest)""#), "is a duplicate", "a key twice"),
        (#"{"schemaVersion":2,"manifests":[],"manifests":[]}"#, "is a duplicate", "a list twice"),
    ]

    @Test("rejects an invalid index.json", arguments: indexes)
    func brokenIndex(text: String, phrase: String, why: String) async throws {
        let layout = try await ImageLayout(creating: path)
        try scratch.write(Array(text.utf8), to: "layout/index.json")
        let failure = await #expect(throws: Failure.self, "\(why)") { try await layout.resolve(.only) }
        #expect(failure?.code == .layoutCorrupt, "\(why)")
        let words = "\(failure?.message ?? "") \(failure?.why ?? "")"
        #expect(phrase.isEmpty || words.contains(phrase), "\(why): \(words)")
        // The file is not overwritten.
        let image = try SampleImage("hello")
        await #expect(throws: Failure.self) { try await copy(.only, from: image, to: layout) }
        #expect(try contents(of: path.appending("index.json")) == Array(text.utf8))
    }

    @Test func `reports a missing index.json`() async throws {
        let layout = try await ImageLayout(creating: path)
        try Directory.remove(file: path.appending("index.json"))
        let failure = await #expect(throws: Failure.self) { try await layout.resolve(.only) }
        #expect(failure?.code == .layoutCorrupt)
        #expect(failure?.message.hasSuffix("index.json is missing") == true)
    }

    enum Damage: CaseIterable {
        case missing, short, long, flipped, linked, folder
    }

    @Test("rejects a damaged blob, and the next copy repairs it", arguments: Damage.allCases)
    func damagedBlob(damage: Damage) async throws {
        let layout = try await ImageLayout(creating: path)
        let image = try SampleImage("hello")
        try await copy(.only, from: image, to: layout)
        let file = path.blob(image.layer.descriptor.digest)
        var bytes = try contents(of: file)
        try Directory.remove(file: file)
        switch damage {
        case .missing: break
        case .short: bytes.removeLast()
        case .long: bytes.append(0)
        case .flipped: bytes[bytes.count / 2] ^= 1
        case .linked: try link(file, to: scratch.write(bytes, to: "elsewhere"))
        case .folder: try Directory.create(file)
        }
        if [.short, .long, .flipped].contains(damage) { try TemporaryFile.write(bytes, to: file) }
        #expect(try await !layout.contains(image.layer.descriptor))
        let failure = await #expect(throws: Failure.self) { try await layout.fetch(image.layer.descriptor) }
        #expect(failure?.code == .layoutCorrupt)
        #expect(failure?.hints.first?.hasPrefix("cp -rL ") == (damage == .linked))
        if damage == .folder { return }
        try await copy(.only, from: image, to: layout)
        #expect(try await Verification(of: image.manifest.descriptor, in: layout).findings.isEmpty)
        if damage == .linked { #expect(try contents(of: scratch.appending("elsewhere")) == bytes) }
    }

    // MARK: Names

    @Test func `writes a reference as skopeo and containerd read it`() async throws {
        let layout = try await ImageLayout(creating: path)
        try await copy(.named("registry.example/team/auth:v1"), from: SampleImage("a"), to: layout)
        let entry = try #require(layout.index().manifests.first)
        #expect(
            entry.annotations == [
                "org.opencontainers.image.ref.name": "v1",
                "io.containerd.image.name": "registry.example/team/auth:v1",
            ]
        )
        #expect(try await layout.resolve(.only).annotations == nil)
    }

    @Test func `writes no annotations for an image without a name`() async throws {
        let layout = try await ImageLayout(creating: path)
        try await copy(.only, from: SampleImage("a"), to: layout)
        #expect(try layout.index().manifests.map(\.annotations) == [nil])
    }

    @Test func `writes no tag for a reference with only a digest`() async throws {
        let layout = try await ImageLayout(creating: path)
        let image = try SampleImage("a")
        let digest = image.manifest.descriptor.digest
        let name = try RefName.named("registry.example/team/auth@\(digest)")
        for _ in 0..<2 { try await copy(name, from: image, to: layout) }
        let full = "registry.example/team/auth@\(digest)"
        #expect(try layout.index().manifests.map(\.annotations) == [["io.containerd.image.name": full]])
        #expect(try await layout.resolve(name).digest == digest)
        #expect(try await layout.current(name)?.digest == digest)
        #expect(try await layout.current(.named("registry.example/team/auth:latest")) == nil)
    }

    static let names: [(ask: String, gets: String?, code: Failure.Code?, why: String)] = [
        ("r.example/team/auth:v1", "auth1", nil, "the exact name"),
        ("r.example/team/auth:v2", "auth2", nil, "the exact name"),
        ("r.example/team/log:v1", "log1", nil, "another repository, the same tag"),
        ("v2", "auth2", nil, "a unique tag"),
        ("r.example/team/auth", nil, .notFound, "a missing latest, and several images"),
        ("r.example/team/auth:v9", nil, .notFound, "a missing name, and several images"),
        ("v1", nil, .nameAmbiguous, "a tag in two repositories"),
        ("v9", nil, .notFound, "a missing tag"),
    ]

    @Test("finds an image by its names", arguments: names)
    func resolving(ask: String, gets: String?, code: Failure.Code?, why: String) async throws {
        let layout = try await ImageLayout(creating: path)
        for (words, name) in [("auth1", "auth:v1"), ("auth2", "auth:v2"), ("log1", "log:v1")] {
            try await copy(.named("r.example/team/\(name)"), from: SampleImage(words), to: layout)
        }
        if let gets {
            let expected = try SampleImage(gets).manifest.descriptor
            #expect(try await layout.resolve(.named(ask)) == expected, "\(why)")
        } else {
            let failure = await #expect(throws: Failure.self, "\(why)") {
                try await layout.resolve(.named(ask))
            }
            #expect(failure?.code == code, "\(why)")
            #expect(
                failure?.why?.contains("r.example/team/auth:v1") == true,
                "lists existing entries: \(why)"
            )
        }
    }

    @Test func `resolves a reference to the only image if that has no name`() async throws {
        let layout = try await ImageLayout(creating: path)
        let image = try SampleImage("a")
        try await copy(.only, from: image, to: layout)
        #expect(try await layout.resolve(.named("other.example/x/y:v7")) == image.manifest.descriptor)
        let named = try await ImageLayout(creating: FilePath(path.string + "-named"))
        try await copy(.named("r.example/a/b:v1"), from: image, to: named)
        let other = await #expect(throws: Failure.self) {
            try await named.resolve(.named("other.example/x/y:v7"))
        }
        #expect(other?.code == .notFound)
        #expect(other?.hints == ["\(named.path):v1"])
        let digest = image.manifest.descriptor.digest
        #expect(try await layout.resolve(.named("other.example/x/y@\(digest)")).digest == digest)
        let failure = await #expect(throws: Failure.self) {
            try await layout.resolve(.named("other.example/x/y@\(Digest(of: []))"))
        }
        #expect(failure?.code == .notFound)
    }

    @Test func `one image with two names is not ambiguous`() async throws {
        let layout = try await ImageLayout(creating: path)
        let image = try SampleImage("a")
        for tag in ["v1", "v2"] { try await copy(.named("r.example/a/b:\(tag)"), from: image, to: layout) }
        #expect(try await layout.resolve(.only) == image.manifest.descriptor)
        #expect(try layout.index().manifests.count == 2)
    }

    @Test func `lists the images if no name selects one of two`() async throws {
        let layout = try await ImageLayout(creating: path)
        for tag in ["v1", "v2"] {
            try await copy(.named("r.example/a/b:\(tag)"), from: SampleImage(tag), to: layout)
        }
        let failure = await #expect(throws: Failure.self) { try await layout.resolve(.only) }
        #expect(failure?.code == .nameAmbiguous)
        #expect(failure?.why == "it has r.example/a/b:v1, r.example/a/b:v2")
    }

    // MARK: Entries of other programs

    @Test func `keeps all fields of other entries when a name is written`() async throws {
        let layout = try await ImageLayout(creating: path)
        let foreign =
            #"{"annotations":{"org.opencontainers.image.ref.name":"theirs"},"artifactType":"a/b","data":"e30=","#
            + #""digest":"\#(Self.digest)","mediaType":"\#(MediaType.imageManifest)","platform":{"architecture":"arm","#
            + #""os":"linux","os.features":["x"],"variant":"v7"},"size":2,"urls":["https://e.f/g"],"#
            + #""x-unknown":[1,2.5,true,null,{"k":-9007199254740993}]}"#
        let annotations = #""annotations":{"their":"index"}"#
        let text = #"{\#(annotations),"manifests":[\#(foreign)],"schemaVersion":2,"x-more":{"a":"b/c"}}"#
        try scratch.write(Array(text.utf8), to: "layout/index.json")
        try await copy(.named("v1"), from: SampleImage("a"), to: layout)
        let written = String(decoding: try contents(of: path.appending("index.json")), as: UTF8.self)
        #expect(written.contains(foreign), "\(written)")
        #expect(written.hasPrefix("{\(annotations),"))
        #expect(written.hasSuffix(#","schemaVersion":2,"x-more":{"a":"b/c"}}"#))
        #expect(try layout.index().manifests.count == 2)
    }

    @Test func `an untagged image replaces the untagged image, but not other artifacts`() async throws {
        let layout = try await ImageLayout(creating: path)
        let (first, second) = (try SampleImage("one"), try SampleImage("two"))
        try await copy(.named("v1"), from: first, to: layout)
        try await copy(.only, from: first, to: layout)
        let signature =
            #"{"artifactType":"application/vnd.example.signature","digest":"\#(Self.digest)","#
            + #""mediaType":"\#(MediaType.imageManifest)","size":2}"#
        let text = String(decoding: try contents(of: path.appending("index.json")), as: UTF8.self)
        try scratch.write(
            Array(text.replacing(#"{"manifests":["#, with: #"{"manifests":[\#(signature),"#).utf8),
            to: "layout/index.json"
        )
        try await copy(.only, from: second, to: layout)
        #expect(
            try layout.index().manifests.map(\.digest) == [
                Digest(parsing: Self.digest), first.manifest.descriptor.digest,
                second.manifest.descriptor.digest,
            ]
        )
    }
}
