import Diagnostics
import HTTPTransport
import OCI
import Storage
import Synchronization
import SystemPackage

/// Writes a blob to a temporary file while it is received, and hashes and measures it.
///
/// All requests for the blob share one sink: after a broken connection, the next request continues where the last ended.
final class BlobSink: ResponseSink {
    private struct State {
        var spool: BlobSpool?
        /// The most bytes that have ever been received.
        var furthest = 0
        /// Why the body was rejected, if that ended the transfer.
        var failure: Failure?
        /// Whether a part other than the requested one was received.
        var isWrongRange = false
    }

    private let descriptor: Descriptor
    private let registry: RegistryName
    private let directory: FilePath
    private let progress: @Sendable (Int) -> Void
    private let state: Mutex<State>

    init(
        for descriptor: Descriptor,
        from registry: RegistryName,
        in directory: FilePath,
        progress: @escaping @Sendable (Int) -> Void
    ) throws(Failure) {
        self.descriptor = descriptor
        self.registry = registry
        self.directory = directory
        self.progress = progress
        let spool = try BlobSpool(in: directory, algorithm: descriptor.digest.algorithm)
        state = Mutex(State(spool: spool))
    }

    /// The number of bytes received, where the next request continues.
    var byteCount: Int { state.withLock { $0.spool?.byteCount ?? 0 } }

    /// The most bytes that have ever been received.
    var furthest: Int { state.withLock { $0.furthest } }

    /// Why the body was rejected, if that ended the transfer.
    var failure: Failure? { state.withLock { $0.failure } }

    /// Whether a part other than the requested one was received, which ended the transfer.
    var isWrongRange: Bool { state.withLock { $0.isWrongRange } }

    func begin(_ response: Response) throws(TransferError) {
        if let encoding = response.contentEncoding {
            throw reject(Failure(encoded: encoding, from: registry))
        }
        var expected = descriptor.size
        if response.status == 206 {
            let start = byteCount
            guard start > 0 else {
                throw reject(
                    Failure(
                        .protocolViolation,
                        "\(registry) sent a part (206), but the whole blob was requested"
                    )
                )
            }
            let range = ContentRange(of: response)
            guard range?.first == start, range?.total == expected, range?.last == expected - 1 else {
                state.withLock { $0.isWrongRange = true }
                throw TransferError(.sinkRejected, "the part is not the requested one")
            }
            expected -= start
        } else {
            do throws(Failure) {
                try startOver()
            } catch {
                throw reject(error)
            }
        }
        if let length = response.headers["Content-Length"].flatMap({ Int($0) }), length != expected {
            throw reject(sizeFailure("the registry announces \(length)"))
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        guard let spool = state.withLock({ $0.spool }) else {
            throw TransferError(.sinkRejected, "discarded")
        }
        guard bytes.count <= descriptor.size - spool.byteCount else {
            throw reject(sizeFailure("the registry sent more"))
        }
        do throws(Failure) {
            try spool.write(bytes)
        } catch {
            throw reject(error)
        }
        let count = spool.byteCount
        state.withLock { $0.furthest = max($0.furthest, count) }
        progress(count)
    }

    /// Discards the received bytes: the next request starts at the first byte.
    func startOver() throws(Failure) {
        guard byteCount > 0 else { return }
        let spool = try BlobSpool(in: directory, algorithm: descriptor.digest.algorithm)
        state.withLock {
            $0.spool = spool
            $0.isWrongRange = false
        }
    }

    /// Returns the verified blob.
    func finish() throws(Failure) -> Blob {
        guard let spool = state.withLock({ $0.spool }) else {
            throw Failure(.internalError, "the blob was discarded")
        }
        return try spool.finish(verifying: descriptor, from: registry.description)
    }

    /// Removes the received bytes.
    ///
    /// Needed because the transport may keep the sink longer than the exchange, and the program may end before that.
    func discard() { state.withLock { $0.spool = nil } }

    private func sizeFailure(_ why: String) -> Failure {
        Failure(
            .digestMismatch,
            "\(descriptor.role) \(descriptor.digest) does not have the size in the manifest",
            why: "the manifest says \(descriptor.size) bytes, but \(why)",
            try: ["try again; if it fails again, a proxy or the registry's storage has altered the content"]
        )
    }

    private func reject(_ failure: Failure) -> TransferError {
        state.withLock { $0.failure = failure }
        return TransferError(.sinkRejected, failure.message)
    }
}

extension Failure {
    /// Makes the failure for a body with a content coding.
    init(encoded encoding: String, from sender: some CustomStringConvertible) {
        self.init(
            .protocolViolation,
            "\(sender) sent content encoded as \"\(encoding.truncated(to: 40))\", which was not requested",
            why: "only unencoded content is accepted: a digest belongs to the stored bytes",
            try: ["bypass the proxy or cache that compresses responses"]
        )
    }
}
