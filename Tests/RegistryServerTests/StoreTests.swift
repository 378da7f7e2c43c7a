import Diagnostics
import Foundation
import HostSystem
import OCI
import Storage
import SystemPackage
import TestSupport
import Testing

@testable import RegistryServer

/// The layouts of a registry on disk, and other programs beside it.
@Suite(.timeLimit(.minutes(3))) struct StoreTests {
    @Test func `each repository is a layout that verifies`() async throws {
        let registry = try await RegistryUnderTest()
        let image = try await registry.pushImage("v1")
        let layout = try await ImageLayout(opening: registry.folder.appending("team").appending("plugin"))
        let entry = try layout.entry(.tag(Tag(parsing: "v1")))
        #expect(entry.digest == image.descriptor.digest)
        #expect(try await Verification(of: entry, in: layout).verified.count == 3)
    }

    @Test func `an image that another program adds is served`() async throws {
        let registry = try await RegistryUnderTest()
        let old = try await registry.pushImage("v1")
        let layout = try await ImageLayout(opening: registry.folder.appending("team").appending("plugin"))
        try await layout.tag(old, as: .tag(Tag(parsing: "other")))
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/other").status == 200)
        try await registry.pushImage("v2", layer: "new")
        #expect(try layout.index().manifests.count == 3)
    }

    @Test func `an entry of another program with a name that is not a tag stays`() async throws {
        let registry = try await RegistryUnderTest()
        let image = try await registry.pushImage("v1")
        let file = registry.folder.appending("team").appending("plugin").appending("index.json")
        let text = String(decoding: try contents(of: file), as: UTF8.self)
        let named = text.replacing(#"ref.name":"v1""#, with: #"ref.name":"not a tag""#)
        #expect(named != text)
        try TemporaryFile.write(Array(named.utf8), to: file)
        #expect(try await registry.put(image, "v2").status == 201)
        let layout = try await ImageLayout(opening: registry.folder.appending("team").appending("plugin"))
        let names = try layout.index().manifests.map { $0.annotations?[AnnotationKey.referenceName] }
        #expect(names == ["not a tag", "v2"])
        #expect(try await registry.send("GET", "/v2/team/plugin/tags/list").text.contains(#"["v2"]"#))
    }

    @Test func `a build beside the registry removes no blob that is not named yet`() async throws {
        let registry = try await RegistryUnderTest()
        let image = try await registry.pushImage("v1")
        let blob = try await registry.pushBlob("not named yet")
        do {
            let layout = try await ImageLayout(opening: registry.folder.appending("team").appending("plugin"))
            try await layout.tag(image, as: .tag(Tag(parsing: "v2")))
        }
        #expect(try await registry.send("GET", "/v2/team/plugin/blobs/\(blob)").status == 200)
    }

    @Test func `a repository whose creation was killed does not exist, and can be pushed to`() async throws {
        let registry = try await RegistryUnderTest()
        let path = registry.folder.appending("team").appending("new")
        _ = try await ImageLayout(creating: path)
        // The marker is written last.
        try Directory.remove(file: path.appending("oci-layout"))
        #expect(try await registry.send("GET", "/v2/team/new/tags/list").status == 404)
        #expect(try await registry.send("GET", "/v2/_catalog").text.contains("team/new") == false)
        try await registry.pushImage("v1", to: "team/new")
        #expect(try await registry.send("GET", "/v2/team/new/manifests/v1").status == 200)
    }

    @Test func `a second server on the same folder is an error`() async throws {
        let registry = try await RegistryUnderTest()
        let failure = await #expect(throws: Failure.self) {
            _ = try await RepositoryStore(.tree(registry.folder.path))
        }
        #expect(failure?.code == .fileUnwritable)
        #expect(failure?.message.hasPrefix("another server uses") == true)
    }

    @Test func `a stopped server leaves no upload behind`() async throws {
        let registry = try await RegistryUnderTest()
        _ = try await registry.send("POST", "/v2/team/plugin/blobs/uploads/")
        try await registry.stop()
        #expect(try tree(registry.folder.path).isEmpty)
    }

    @Test func `abandoned uploads are removed after a day, and younger ones are kept`() async throws {
        let folder = try ScratchDirectory()
        let suffix = "-\(Digest(of: Array("a".utf8)).encoded)"
        let names = ["a", "b"].map { String(repeating: $0, count: 32) + suffix }
        for (name, age) in zip(names, ["25 hours ago", "23 hours ago"]) {
            let file = try folder.write([1], to: ".wasmpack-uploads/\(name)")
            #expect(try Tool.run("touch", ["-d", age, file.string]).status == 0)
        }
        let registry = try await RegistryUnderTest(in: folder)
        #expect(try tree(folder.appending(".wasmpack-uploads")) == [names[1]])
        #expect(
            try await registry.send("GET", "/v2/a/blobs/uploads/\(names[1].prefix(32))").fields["range"]
                == "0-0"
        )
    }

    /// A layout with an image under its full name, and one without a name.
    private func layout() async throws -> (ScratchDirectory, named: Blob, unnamed: Blob) {
        let folder = try ScratchDirectory()
        let layout = try await ImageLayout(creating: folder.path)
        var images: [Blob] = []
        for text in ["named", "unnamed"] {
            let image = RegistryUnderTest.image(layer: text)
            try await layout.push(Blob(Array("{}".utf8), mediaType: .imageConfig))
            try await layout.push(Blob(Array(text.utf8), mediaType: .layerTar))
            let name: RefName =
                text == "named" ? .reference(try Reference(parsing: "ghcr.io/team/plugin:v1")) : .only
            try await layout.tag(image, as: name)
            images.append(image)
        }
        return (folder, images[0], images[1])
    }

    @Test func `a layout's images are served under their names without the host`() async throws {
        let (folder, named, unnamed) = try await layout()
        let local = try RepositoryName(parsing: "local")
        let registry = try await RegistryUnderTest(in: folder) { .layout($0, unnamed: local) }
        #expect(
            try await registry.send("GET", "/v2/_catalog").text
                == #"{"repositories":["local","team/plugin"]}"#
        )
        let tagged = try await registry.send("HEAD", "/v2/team/plugin/manifests/v1")
        #expect(tagged.fields["docker-content-digest"] == named.descriptor.digest.description)
        #expect(
            try await registry.send("GET", "/v2/local/manifests/\(unnamed.descriptor.digest)").status == 200
        )
        #expect(try await registry.send("GET", "/v2/local/manifests/v1").status == 404)
        #expect(try await registry.send("GET", "/v2/other/tags/list").errorCode == "NAME_UNKNOWN")
    }

    @Test func `an image pushed into a layout gets a full name, and others stay as they are`() async throws {
        let (folder, named, unnamed) = try await layout()
        let registry = try await RegistryUnderTest(in: folder) { .layout($0, unnamed: nil) }
        try await registry.pushImage("v2", layer: "new", to: "team/plugin")
        try await registry.pushImage("v1", layer: "moved", to: "team/plugin")
        let layout = try await ImageLayout(opening: folder.path)
        let names = try layout.index().manifests.map(\.fullName)
        #expect(names.contains("localhost/team/plugin:v2"))
        #expect(names.contains("ghcr.io/team/plugin@\(named.descriptor.digest)"))
        #expect(names.contains(nil))
        #expect(try layout.index().manifests.contains { $0.digest == unnamed.descriptor.digest })
    }

    @Test func `changes of other programs and of clients at the same time all stay`() async throws {
        let registry = try await RegistryUnderTest()
        let image = try await registry.pushImage("start")
        let path = registry.folder.appending("team").appending("plugin")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<10 {
                group.addTask { _ = try await registry.put(image, "client-\(number)") }
                group.addTask {
                    let layout = try await ImageLayout(opening: path)
                    try await layout.tag(image, as: .tag(Tag(parsing: "program-\(number)")))
                }
            }
            try await group.waitForAll()
        }
        let tags = try await ImageLayout(opening: path).index().manifests.compactMap(\.referenceName)
        #expect(Set(tags).count == 21)
    }

    @Test func `a build without a name into a repository keeps the manifests that are known by digest`()
        async throws
    {
        let registry = try await RegistryUnderTest()
        let pinned = try await registry.pushImage(nil, layer: "pinned").descriptor.digest
        let moved = try await registry.pushImage("v1", layer: "old").descriptor.digest
        let new = try await registry.pushImage("v1", layer: "new")
        let layout = try await ImageLayout(opening: registry.folder.appending("team").appending("plugin"))
        for _ in 0..<2 { try await layout.tag(new, as: .only) }
        for digest in [pinned, moved] {
            #expect(try await registry.send("GET", "/v2/team/plugin/manifests/\(digest)").status == 200)
        }
    }

    @Test func `a tag that two hosts have moves to the pushed manifest`() async throws {
        let folder = try ScratchDirectory()
        let layout = try await ImageLayout(creating: folder.path)
        try await layout.push(Blob(Array("{}".utf8), mediaType: .imageConfig))
        var digests: [Digest] = []
        for host in ["ghcr.io", "other.example"] {
            try await layout.push(Blob(Array(host.utf8), mediaType: .layerTar))
            let image = RegistryUnderTest.image(layer: host)
            try await layout.tag(image, as: .reference(try Reference(parsing: "\(host)/team/plugin:v1")))
            digests.append(image.descriptor.digest)
        }
        let registry = try await RegistryUnderTest(in: folder) { .layout($0, unnamed: nil) }
        for (host, digest) in zip(["ghcr.io", "other.example", "ghcr.io"], digests + digests) {
            #expect(try await registry.put(RegistryUnderTest.image(layer: host), "v1").status == 201)
            let read = try await registry.send("HEAD", "/v2/team/plugin/manifests/v1")
            #expect(read.fields["docker-content-digest"] == digest.description, "\(host)")
        }
        for digest in digests {
            #expect(try await registry.send("GET", "/v2/team/plugin/manifests/\(digest)").status == 200)
        }
    }

    @Test func `the blobs of a layout belong to the repositories of their images`() async throws {
        let (folder, named, _) = try await layout()
        let registry = try await RegistryUnderTest(in: folder) { .layout($0, unnamed: nil) }
        let layer = Digest(of: Array("named".utf8))
        #expect(try await registry.send("GET", "/v2/team/plugin/blobs/\(layer)").status == 200)
        #expect(
            try await registry.send("GET", "/v2/team/plugin/blobs/\(named.descriptor.digest)").status == 200
        )
        let unused = try await registry.pushBlob("unused", to: "team/plugin")
        for (method, digest) in [
            ("GET", layer), ("HEAD", layer), ("DELETE", layer), ("GET", unused), ("DELETE", unused),
        ] {
            let answer = try await registry.send(method, "/v2/team/other/blobs/\(digest)")
            #expect(answer.status == 404, "\(method)")
        }
        #expect(try await registry.put(named, "v1", to: "team/other").errorCode == "MANIFEST_BLOB_UNKNOWN")
        let mount = "/v2/team/other/blobs/uploads/?mount=\(layer)&from=team/"
        #expect(try await registry.send("POST", mount + "third").status == 202)
        #expect(try await registry.send("POST", mount + "plugin").status == 201)
        #expect(try await registry.send("GET", "/v2/team/other/blobs/\(layer)").status == 200)
        #expect(try await registry.send("GET", "/v2/team/plugin/blobs/\(unused)").status == 200)
        #expect(try await registry.send("DELETE", "/v2/team/plugin/blobs/\(unused)").status == 202)
        #expect(try await registry.send("GET", "/v2/team/plugin/blobs/\(unused)").status == 404)
    }

    @Test func `a mounted blob is as new as an uploaded one`() async throws {
        let registry = try await RegistryUnderTest()
        let digest = try await registry.pushBlob("mounted", to: "team/source")
        func file(_ name: String) -> FilePath {
            registry.folder.appending("team").appending(name).appending("blobs").appending("sha256")
                .appending(digest.encoded)
        }
        for target in ["target", "target"] {
            #expect(try Tool.run("touch", ["-d", "3 days ago", file("source").string]).status == 0)
            let mount = "/v2/team/\(target)/blobs/uploads/?mount=\(digest)&from=team/source"
            #expect(try await registry.send("POST", mount).status == 201)
            let age = try #require(Directory.age(of: file(target)))
            #expect(age < .seconds(3600))
        }
    }

    @Test func `a repository that another program has removed and made again is opened again`() async throws {
        let registry = try await RegistryUnderTest()
        try await registry.pushImage("v1")
        let name = try RepositoryName(parsing: "team/plugin")
        let old = try #require(try await registry.store.repository(name)).layout
        try FileManager.default.removeItem(atPath: old.path.string)
        #expect(try await registry.send("GET", "/v2/team/plugin/manifests/v1").status == 404)
        _ = try await ImageLayout(creating: old.path)
        #expect(!old.isCurrent)
        let image = try await registry.pushImage("v2")
        let new = try #require(try await registry.store.repository(name)).layout
        #expect(new !== old && new.isCurrent)
        // A sweep that the lock of the new folder does not prevent would remove the blob.
        let blob = try await registry.pushBlob("not named yet")
        let path = new.path.appending("blobs").appending("sha256").appending(blob.encoded)
        #expect(try Tool.run("touch", ["-d", "3 days ago", path.string]).status == 0)
        do {
            let layout = try await ImageLayout(opening: new.path)
            try await layout.tag(image, as: .tag(Tag(parsing: "v3")))
        }
        #expect(try await registry.send("GET", "/v2/team/plugin/blobs/\(blob)").status == 200)
    }

    @Test func `of many layouts, those stay open that are used`() async throws {
        let scratch = try ScratchDirectory()
        var opened = OpenedLayouts()
        let first = try await ServedLayout(creating: scratch.appending("0"), below: scratch.path)
        _ = opened.insert(first, at: first.path)
        for number in 1...70 {
            let layout = try await ServedLayout(creating: scratch.appending("\(number)"), below: scratch.path)
            _ = opened.insert(layout, at: layout.path)
            #expect(opened[first.path] === first)
        }
        #expect(opened[scratch.appending("1")] == nil)
        #expect(opened[scratch.appending("70")] != nil)
    }

    @Test func `a read-only registry writes nothing, and several may use a folder`() async throws {
        let folder = try ScratchDirectory()
        var options = RegistryServer.Options()
        do {
            let registry = try await RegistryUnderTest(in: folder)
            try await registry.pushImage("v1")
            try await registry.stop()
        }
        let before = try tree(folder.path)
        options.isReadOnly = true
        let registries = [
            try await RegistryUnderTest(options, in: folder),
            try await RegistryUnderTest(options, in: folder),
        ]
        for registry in registries {
            #expect(try await registry.send("GET", "/v2/team/plugin/manifests/v1").status == 200)
            #expect(try await registry.send("POST", "/v2/team/plugin/blobs/uploads/").status == 405)
        }
        #expect(try tree(folder.path) == before)
        let failure = await #expect(throws: Failure.self) {
            _ = try await RepositoryStore(.tree(folder.appending("missing")), isReadOnly: true)
        }
        #expect(failure?.code == .fileMissing)
        #expect(try tree(folder.path) == before)
    }

    @Test func `a repository whose index is full rejects a manifest with the reason`() async throws {
        let registry = try await RegistryUnderTest()
        let image = try await registry.pushImage("v1")
        let path = registry.folder.appending("team").appending("plugin").appending("index.json")
        let text = String(decoding: try contents(of: path), as: UTF8.self)
        let filler = String(repeating: "x", count: 4 * 1024 * 1024 - text.utf8.count - 60)
        let full = text.dropLast() + #","annotations":{"filler":"\#(filler)"}}"#
        try Data(full.utf8).write(to: URL(filePath: path.string), options: .atomic)
        let answer = try await registry.put(image, "v2")
        #expect(answer.status == 413 && answer.errorCode == "SIZE_INVALID", "\(answer.text)")
        #expect(answer.text.contains("the repository is full"))
        #expect(try await registry.send("GET", "/v2/team/plugin/tags/list").text.contains(#"["v1"]"#))
    }

    @Test func `a store that could not be used leaves no folder`() async throws {
        let scratch = try ScratchDirectory()
        let store = try await RepositoryStore(.tree(scratch.appending("a").appending("b")))
        await store.abandon()
        #expect(try tree(scratch.path).isEmpty)
    }
}
