import Diagnostics
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
        let names = [String(repeating: "a", count: 32), String(repeating: "b", count: 32)]
        for (name, age) in zip(names, ["25 hours ago", "23 hours ago"]) {
            let file = try folder.write([1], to: ".wasmpack-uploads/\(name)")
            #expect(try Tool.run("touch", ["-d", age, file.string]).status == 0)
        }
        let registry = try await RegistryUnderTest(in: folder)
        #expect(try tree(folder.appending(".wasmpack-uploads")) == [names[1]])
        #expect(try await registry.send("GET", "/v2/a/blobs/uploads/\(names[1])").fields["range"] == "0-0")
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
}
