import Diagnostics
import HTTPTransport
import OCI
import Registry
import Storage
import SystemPackage
import TestSupport
import Testing

/// The parts that a test of a repository needs: an image, a folder, a transport and an event sink.
final class Bench: Sendable {
    let events = RecordingSink()
    let spool: TemporaryFolder
    let image: TestImage
    /// The clock for pauses, which does not really wait.
    let clock = TestClock()
    /// A repository that no other test uses.
    let name = "team/plugin-\(UInt64.random(in: .min ... .max))"

    private let chunkSize: Int

    init(layerSize: Int = 100_000, chunkSize: Int = RemoteRepository.defaultChunkSize) throws {
        self.chunkSize = chunkSize
        spool = try TemporaryFolder()
        image = try TestImage(layerSize: layerSize)
    }

    /// Makes the repository at a registry.
    func repository(
        _ registry: String,
        access: Access = .push,
        plain: Bool = true,
        caFile: FilePath? = nil,
        credential: Credential? = nil,
        isStored: Bool = false,
        retries: Int = 3,
        clock: PauseClock? = nil,
        transport: (any Transport)? = nil
    ) throws -> RemoteRepository {
        let tls = TLSOptions(authorityFile: caFile.map { AuthorityFile($0, from: "the test") })
        return RemoteRepository(
            try RepositoryName(parsing: name),
            at: RegistryConnection(
                RegistryEndpoint(try RegistryName(parsing: registry), usesPlainHTTP: plain),
                transport: try transport ?? CurlTransport(TransportOptions(tls: tls)),
                retryPolicy: RetryPolicy(
                    count: retries,
                    firstPause: .zero,
                    longestPause: .zero,
                    clock: clock ?? self.clock.pauseClock
                ),
                events: events
            ),
            access: access,
            credentials: isStored
                ? StoredCredential(credential: credential)
                : ExplicitCredential(credential, source: "the test"),
            spoolingIn: .existing(spool.path),
            chunkSize: chunkSize
        )
    }

    /// Makes a check of credentials for a registry without TLS.
    func signInCheck(_ registry: String) throws -> SignInCheck {
        SignInCheck(
            RegistryConnection(
                RegistryEndpoint(try RegistryName(parsing: registry), usesPlainHTTP: true),
                transport: try CurlTransport(TransportOptions()),
                retryPolicy: RetryPolicy(count: 0),
                events: events
            )
        )
    }

    /// Pushes the image as `v1`.
    @discardableResult
    func push(to repository: RemoteRepository) async throws(Failure) -> CopyReport {
        try await copy(image.name, from: image.store(), to: repository, events: events)
    }

    /// Pulls `v1` into memory.
    @discardableResult
    func pull(from repository: RemoteRepository) async throws(Failure) -> InMemoryStore {
        let store = InMemoryStore()
        _ = try await copy(image.name, from: repository, to: store, events: events)
        return store
    }

    /// Returns the failure of work that must fail, and expects no secret in its text or in any event.
    func failure(
        sourceLocation: SourceLocation = #_sourceLocation,
        _ work: () async throws(Failure) -> Void
    ) async -> Failure? {
        do throws(Failure) {
            try await work()
            Issue.record("it did not fail", sourceLocation: sourceLocation)
            return nil
        } catch {
            expectNoSecrets("\(error)", sourceLocation: sourceLocation)
            return error
        }
    }

    /// Expects that no event so far shows a secret.
    func expectNoSecrets(_ text: String = "", sourceLocation: SourceLocation = #_sourceLocation) {
        for text in [text] + events.events.map({ "\($0)" }) {
            #expect(!text.contains("open-hush"), sourceLocation: sourceLocation)
            #expect(!text.contains("b3Blbi1zZXNhbWU"), sourceLocation: sourceLocation)
            #expect(!text.contains(/Bearer [0-9a-f]{32}/), sourceLocation: sourceLocation)
            #expect(!text.contains("_state="), sourceLocation: sourceLocation)
        }
    }
}

/// A small image: a config, a layer, a manifest.
struct TestImage: Sendable {
    let name: RefName
    let config: Blob
    let layer: Blob
    let manifest: Blob

    init(layerSize: Int) throws {
        var random = SeededGenerator(seed: 7)
        var bytes: [UInt8] = []
        bytes.reserveCapacity(layerSize + 8)
        while bytes.count < layerSize {
            withUnsafeBytes(of: random.next()) { bytes += $0 }
        }
        layer = Blob(Array(bytes.prefix(layerSize)), mediaType: .layerTarGzip)
        config = Blob(Array(#"{"architecture":"wasm","os":"wasip1"}"#.utf8), mediaType: .imageConfig)
        func descriptor(_ blob: Blob) -> String {
            let it = blob.descriptor
            return #"{"mediaType":"\#(it.mediaType)","digest":"\#(it.digest)","size":\#(it.size)}"#
        }
        let text = """
            {"schemaVersion":2,"mediaType":"\(MediaType.imageManifest)",\
            "config":\(descriptor(config)),"layers":[\(descriptor(layer))]}
            """
        manifest = Blob(Array(text.utf8), mediaType: .imageManifest)
        name = .tag(try Tag(parsing: "v1"))
    }

    /// Makes a store with the image.
    func store() async -> InMemoryStore {
        let store = InMemoryStore()
        for blob in [config, layer] { await store.push(blob) }
        await store.tag(manifest, as: name)
        return store
    }

    /// Expects the same bytes in a store.
    func expect(in store: InMemoryStore, sourceLocation: SourceLocation = #_sourceLocation) async throws {
        let root = try await store.resolve(name)
        #expect(root == manifest.descriptor, sourceLocation: sourceLocation)
        for blob in [config, layer, manifest] {
            let found = try await store.fetch(blob.descriptor)
            #expect(
                try found.bytes(limit: .max) == blob.bytes(limit: .max),
                sourceLocation: sourceLocation
            )
        }
    }

    /// The names of the image's parts by digest.
    func named(_ line: String) -> String {
        [(config, "config"), (layer, "layer"), (manifest, "manifest")].reduce(line) { line, pair in
            line.replacing(pair.0.descriptor.digest.description, with: pair.1)
        }
    }

    /// Returns a record as lines.
    func lines(_ record: [ScriptedRegistry.Entry]) -> [String] { record.map { named($0.line) } }
}

/// A stored credential, as from a file.
struct StoredCredential: CredentialStore {
    let credential: Credential?

    func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) -> CredentialLookup {
        CredentialLookup(credential, sources: ["the test"])
    }
}

extension Credential {
    /// The credential that a scripted registry accepts.
    static let known = Credential(
        username: ScriptedRegistry.username,
        password: ScriptedRegistry.password,
        source: "the test"
    )
    /// A credential that every registry rejects.
    static let wrong = Credential(username: "ci", password: "open-hush-2", source: "the test")
}
