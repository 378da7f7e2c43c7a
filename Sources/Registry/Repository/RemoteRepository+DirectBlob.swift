package import Diagnostics
import HTTPTransport
package import OCI

/// Whether a client that knows nothing of registries can fetch a blob by its URL.
package enum DirectBlob: Sendable, Equatable {
    /// The registry sends the blob to clients without credentials.
    case served(url: String, host: String, port: Int, usesTLS: Bool)
    /// The registry requires credentials, or a token for anonymous clients.
    case needsCredentials
    /// The registry redirects to another URL.
    case redirected
    /// The registry answers with another status.
    case rejected(status: Int)
}

extension RemoteRepository {
    /// Requests a blob without credentials, following no redirect, as a proxy does with a URL.
    ///
    /// Throws the failures of a request without a response.
    package func directBlob(_ digest: Digest) async throws(Failure) -> DirectBlob {
        let path = "blobs/\(digest)"
        let status = try await retrying("blob \(digest.short)") { [client] _ throws(RequestFailure) in
            try await client.statusWithoutCredentials(path)
        }
        let origin = client.origin
        switch status {
        case 200, 206:
            return .served(
                url: "\(origin)/v2/\(repository)/\(path)",
                host: origin.host,
                port: origin.port,
                usesTLS: origin.scheme == .https
            )
        case 401, 403: return .needsCredentials
        case 300..<400: return .redirected
        default: return .rejected(status: status)
        }
    }
}

/// Discards a response's body.
final class DiscardingSink: ResponseSink {
    func begin(_ response: Response) {}
    func receive(_ bytes: UnsafeRawBufferPointer) {}
}
