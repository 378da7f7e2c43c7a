import Diagnostics
import HTTPServer
import HostSystem
import OCI
import Storage
import SystemPackage
import TestSupport

@testable import RegistryServer

/// A registry in this process, on a free port, in a folder of the test.
final class RegistryUnderTest: Sendable {
    let folder: ScratchDirectory
    let port: Int
    let store: RepositoryStore
    let log = RecordingSink()
    let server: RegistryServer
    private let running: Task<Void, any Error>

    init(
        _ options: RegistryServer.Options = RegistryServer.Options(),
        in folder: ScratchDirectory? = nil,
        limit: Int? = nil,
        _ content: (FilePath) -> RepositoryStore.Content = { .tree($0) }
    ) async throws {
        let folder = try folder ?? ScratchDirectory()
        self.folder = folder
        store = try await RepositoryStore(
            content(folder.path),
            isReadOnly: options.isReadOnly,
            limit: limit
        )
        let listener = try await HTTPServer(listeningOn: "127.0.0.1", port: 0)
        port = listener.port
        let name = try RegistryName(parsing: "127.0.0.1:\(listener.port)")
        let server = RegistryServer(store, options, host: name, events: log)
        self.server = server
        running = Task { try await listener.run { await server.respond(to: $0, $1) } }
    }

    deinit { running.cancel() }

    /// Stops the server and discards the uploads.
    func stop() async throws {
        cancel()
        try await waitForEnd()
        await store.close()
    }

    /// Begins to stop the server.
    func cancel() { running.cancel() }

    /// Waits until a canceled server has ended.
    func waitForEnd() async throws { try await running.value }

    /// Sends one request on its own connection.
    func send(
        _ method: String,
        _ target: String,
        _ fields: [String: String] = [:],
        body: [UInt8] = []
    ) async throws -> RawResponse {
        try await RawHTTP(port: port).exchange(method, target, fields, body: body)
    }

    /// Uploads a blob with one POST; returns its digest.
    @discardableResult
    func pushBlob(_ text: String, to name: String = "team/plugin") async throws -> Digest {
        let digest = Digest(of: Array(text.utf8))
        let response = try await send(
            "POST",
            "/v2/\(name)/blobs/uploads/?digest=\(digest)",
            body: Array(text.utf8)
        )
        guard response.status == 201 else { throw PeerError("\(response)") }
        return digest
    }

    /// Uploads an image of a config and a layer under a tag or its digest; returns the manifest.
    @discardableResult
    func pushImage(
        _ tag: String?,
        layer: String = "layer",
        to name: String = "team/plugin",
        subject: Blob? = nil,
        artifactType: String? = nil
    ) async throws -> Blob {
        try await pushBlob("{}", to: name)
        try await pushBlob(layer, to: name)
        let manifest = Self.image(layer: layer, subject: subject, artifactType: artifactType)
        let response = try await put(manifest, tag ?? manifest.descriptor.digest.description, to: name)
        guard response.status == 201 else { throw PeerError("\(response)") }
        return manifest
    }

    func put(_ manifest: Blob, _ reference: String, to name: String = "team/plugin") async throws
        -> RawResponse
    {
        try await send(
            "PUT",
            "/v2/\(name)/manifests/\(reference)",
            ["Content-Type": manifest.descriptor.mediaType.description],
            body: try manifest.bytes(limit: 1 << 20)
        )
    }

    /// Makes a manifest without uploading anything.
    static func image(
        layer: String = "layer",
        subject: Blob? = nil,
        artifactType: String? = nil,
        annotation: String? = nil
    ) -> Blob {
        func part(_ text: String, _ type: String) -> String {
            #"{"mediaType":"\#(type)","digest":"\#(Digest(of: Array(text.utf8)))","size":\#(text.utf8.count)}"#
        }
        var text = #"{"schemaVersion":2,"mediaType":"\#(MediaType.imageManifest)","#
        text += #""config":\#(part("{}", "application/vnd.oci.image.config.v1+json")),"#
        text += #""layers":[\#(part(layer, "application/vnd.oci.image.layer.v1.tar"))]"#
        if let annotation { text += #","annotations":{"note":"\#(annotation)"}"# }
        if let artifactType { text += #","artifactType":"\#(artifactType)""# }
        if let subject {
            let descriptor = subject.descriptor
            text += #","subject":{"mediaType":"\#(descriptor.mediaType)","digest":"\#(descriptor.digest)","#
            text += #""size":\#(descriptor.size)}"#
        }
        return Blob(Array((text + "}").utf8), mediaType: .imageManifest)
    }

    /// The path of a URL in a header field.
    static func path(_ location: String?) -> String { location ?? "/missing" }
}

extension RawResponse {
    /// The specification's error code of the response.
    var errorCode: String? {
        text.firstRange(of: #""code":""#).map { range in
            String(text[range.upperBound...].prefix { $0 != "\"" })
        }
    }
}
