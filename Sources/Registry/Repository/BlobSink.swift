import Diagnostics
import HTTPTransport
import OCI
import Storage
import Synchronization
import SystemPackage

/// Writes a blob to a temporary file while it comes in, hashed and measured on the way.
///
/// It serves every request for the blob: what one leaves behind when its connection ends, the next one continues.
final class BlobSink: ResponseSink {
    private struct State {
        var spool: BlobSpool?
        /// The most bytes that were ever there.
        var furthest = 0
        /// Why the body was not taken, if that is what ended the transfer.
        var failure: Failure?
        /// Whether a part came that is not the one asked for.
        var isOffTrack = false
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

    /// How many bytes are there: where the next request goes on.
    var byteCount: Int { state.withLock { $0.spool?.byteCount ?? 0 } }

    /// The most bytes that were ever there.
    var furthest: Int { state.withLock { $0.furthest } }

    /// Why the body was not taken, if that is what ended the transfer.
    var failure: Failure? { state.withLock { $0.failure } }

    /// Whether a part came that is not the one asked for, which ended the transfer.
    var isOffTrack: Bool { state.withLock { $0.isOffTrack } }

    func begin(_ response: Response) throws(TransferError) {
        if let encoding = response.contentEncoding {
            throw refuse(Failure(encoded: encoding, from: registry))
        }
        var expected = descriptor.size
        if response.status == 206 {
            let start = byteCount
            guard start > 0 else {
                throw refuse(
                    Failure(.protocolViolation, "\(registry) sends a part (206) of what was asked for whole")
                )
            }
            let range = ContentRange(of: response)
            guard range?.first == start, range?.total == expected, range?.last == expected - 1 else {
                state.withLock { $0.isOffTrack = true }
                throw TransferError(.sinkRefused, "another part than the one asked for")
            }
            expected -= start
        } else {
            do throws(Failure) {
                try startOver()
            } catch {
                throw refuse(error)
            }
        }
        if let length = response.headers["Content-Length"].flatMap({ Int($0) }), length != expected {
            throw refuse(sizeFailure("the registry announces \(length)"))
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        guard let spool = state.withLock({ $0.spool }) else { throw TransferError(.sinkRefused, "given up") }
        guard bytes.count <= descriptor.size - spool.byteCount else {
            throw refuse(sizeFailure("more than that come"))
        }
        do throws(Failure) {
            try spool.write(bytes)
        } catch {
            throw refuse(error)
        }
        let count = spool.byteCount
        state.withLock { $0.furthest = max($0.furthest, count) }
        progress(count)
    }

    /// Throws away what has come: the next bytes are the first ones.
    func startOver() throws(Failure) {
        guard byteCount > 0 else { return }
        let spool = try BlobSpool(in: directory, algorithm: descriptor.digest.algorithm)
        state.withLock {
            $0.spool = spool
            $0.isOffTrack = false
        }
    }

    /// The blob, verified.
    func finish() throws(Failure) -> Blob {
        guard let spool = state.withLock({ $0.spool }) else {
            throw Failure(.internalError, "the blob was given up")
        }
        return try spool.finish(verifying: descriptor, from: registry.description)
    }

    /// Removes what has come so far.
    ///
    /// The transport may hold the sink a little longer than the exchange lasts, and the program may end before that.
    func discard() { state.withLock { $0.spool = nil } }

    private func sizeFailure(_ why: String) -> Failure {
        Failure(
            .digestMismatch,
            "\(descriptor.role) \(descriptor.digest) has not the size that the manifest says",
            why: "the manifest says \(descriptor.size) bytes, \(why)",
            try: ["again; if it repeats, a proxy or the registry's storage has altered it"]
        )
    }

    private func refuse(_ failure: Failure) -> TransferError {
        state.withLock { $0.failure = failure }
        return TransferError(.sinkRefused, failure.message)
    }
}

extension Failure {
    /// The failure for a body that was encoded on its way.
    init(encoded encoding: String, from registry: RegistryName) {
        self.init(
            .protocolViolation,
            "\(registry) sends content encoded as \"\(encoding.truncated(to: 40))\", which was not asked for",
            why: "a digest is that of the stored bytes, and these are others",
            try: ["without the proxy or cache in between that compresses answers"]
        )
    }
}
