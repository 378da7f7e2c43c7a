import Diagnostics
package import OCI
package import Storage
import Synchronization

/// A repository in a registry, as a store of images (distribution spec 1.1).
package final class RemoteRepository: Sendable {
    /// The usual size of a chunk in bytes: some registries accept only chunks below 4 MiB.
    package static let defaultChunkSize = 4 * 1024 * 1024 - 4096

    let client: RegistryClient
    let registry: RegistryName
    let repository: RepositoryName
    let access: Access
    let spool: SpoolFolder
    /// The size of a chunk in bytes, if a blob is uploaded in chunks.
    let chunkSize: Int
    /// A repository of the same registry that may have the blobs already.
    let mountSource: RepositoryName?
    /// The upload strategy that worked last; strategies that the registry rejected are not tried again.
    let uploadStrategy = Mutex(UploadStrategy.put)
    /// The running uploads, one for each blob.
    let uploads = SingleFlight<Digest, CopyReport.Status>()
    /// The blobs that this process has uploaded.
    let uploaded = Mutex<Set<Digest>>([])
    private let manifests = Mutex<[Digest: Blob]>([:])

    /// Makes a store for a repository; sends no request.
    ///
    /// - Parameters:
    ///   - repository: its name in the registry.
    ///   - connection: the registry.
    ///   - access: the intended operation, for which a token is requested.
    ///   - mountSource: a repository of the same registry from which blobs are mounted if possible.
    ///   - credentials: the source of credentials when the registry requires them.
    ///   - spool: the folder for blobs during a download.
    ///   - chunkSize: the size of a chunk in bytes, if a blob is uploaded in chunks.
    package init(
        _ repository: RepositoryName,
        at connection: RegistryConnection,
        access: Access,
        mountingFrom mountSource: RepositoryName? = nil,
        credentials: any CredentialStore,
        spoolingIn spool: SpoolFolder,
        chunkSize: Int = RemoteRepository.defaultChunkSize
    ) {
        registry = connection.endpoint.registry
        self.repository = repository
        self.access = access
        self.spool = spool
        self.chunkSize = chunkSize
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

    /// Returns the credential that was used, if the registry required one.
    package func credential() async -> Credential? { await client.usedCredential() }

    /// Returns a manifest that this process has fetched already.
    func known(_ digest: Digest) -> Blob? { manifests.withLock { $0[digest] } }

    /// Keeps a manifest, so that it is not requested twice.
    func keep(_ manifest: Blob) { manifests.withLock { $0[manifest.descriptor.digest] = manifest } }

    /// Retries requests, within the registry's rate limit.
    var retrying: Retrying { client.retrying }

    func report(_ descriptor: Descriptor, _ stage: Transfer.Stage) {
        client.events.record(.transfer(Transfer(descriptor, stage)))
    }
}

extension RefName {
    /// The manifest's reference in the distribution spec's paths: the digest, else the tag, else `latest`.
    var manifestReference: String {
        switch self {
        case .reference(let reference):
            reference.digest?.description ?? (reference.tag ?? .latest).description
        case .tag(let tag): tag.description
        case .digest(let digest): digest.description
        case .only: Tag.latest.description
        }
    }

    /// The name to store a manifest under: the tag has precedence, and the digest is only compared.
    var manifestTarget: String? {
        switch self {
        case .reference(let reference):
            (reference.tag?.description ?? reference.digest?.description) ?? "latest"
        case .tag(let tag): tag.description
        case .digest, .only: nil
        }
    }
}
