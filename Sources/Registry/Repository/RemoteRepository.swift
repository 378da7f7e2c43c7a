import Diagnostics
package import OCI
import Storage
import Synchronization
package import SystemPackage

/// A repository of a registry as a store (distribution spec 1.1).
package final class RemoteRepository: Sendable {
    let client: RegistryClient
    let registry: RegistryName
    let repository: RepositoryName
    let access: Access
    let spoolDirectory: FilePath
    /// A repository of the same registry that may have the blobs already.
    let mountSource: RepositoryName?
    /// The way that has worked for a blob, where the next one begins: what is refused once is not tried again.
    let uploadWay = Mutex(UploadStrategy.put)
    /// The uploads that are running; each blob has one.
    let uploads = SingleFlight<Digest, CopyReport.Status>()
    /// What this process has uploaded.
    let uploaded = Mutex<Set<Digest>>([])
    private let manifests = Mutex<[Digest: Blob]>([:])

    /// Names a repository; nothing is asked yet.
    ///
    /// - Parameters:
    ///   - repository: its name in the registry.
    ///   - connection: the registry.
    ///   - access: what will be done; a token is asked for exactly that.
    ///   - mountSource: a repository of the same registry whose blobs are used instead of sent, where that works.
    ///   - credentials: asked when the registry wants some.
    ///   - spoolDirectory: where blobs are put while they come in.
    package init(
        _ repository: RepositoryName,
        at connection: RegistryConnection,
        access: Access,
        mountingFrom mountSource: RepositoryName? = nil,
        credentials: any CredentialStore,
        spoolDirectory: FilePath
    ) {
        registry = connection.endpoint.registry
        self.repository = repository
        self.access = access
        self.spoolDirectory = spoolDirectory
        self.mountSource = mountSource == repository ? nil : mountSource
        client = RegistryClient(
            connection,
            repository,
            access,
            scope: Scope(repository, access).reading(self.mountSource)
        ) { [registry = connection.endpoint.registry] () async throws(Failure) in
            try await credentials.lookUp(registry, repository, for: access)
        }
    }

    /// The credential that was used, if the registry asked for one.
    package func credential() async -> Credential? { await client.usedCredential() }

    /// A manifest that this process has had in its hands.
    func known(_ digest: Digest) -> Blob? { manifests.withLock { $0[digest] } }

    /// Keeps a manifest, so that it is not asked for twice.
    func keep(_ manifest: Blob) { manifests.withLock { $0[manifest.descriptor.digest] = manifest } }

    /// Makes a request until it succeeds or has failed often enough.
    var retrying: Retrying { client.retrying }

    func report(_ descriptor: Descriptor, _ stage: Transfer.Stage) {
        client.events.record(.transfer(Transfer(descriptor, stage)))
    }
}

extension RefName {
    /// How the distribution spec's paths name a manifest: the digest, else the tag, else `latest`.
    var manifestReference: String {
        switch self {
        case .reference(let reference):
            reference.digest?.description ?? (reference.tag ?? .latest).description
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        case .only: Tag.latest.description
        }
    }

    /// The name to store a manifest under: the tag is stronger here, the digest only has to be right.
    var manifestTarget: String? {
        switch self {
        case .reference(let reference):
            (reference.tag?.description ?? reference.digest?.description) ?? "latest"
        case .tag(let tag): tag.description
        case .digest, .only: nil
        }
    }
}
