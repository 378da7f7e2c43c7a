import Diagnostics
import HTTPTransport
import OCI
import Storage
import Synchronization
import SystemPackage

/// Writes a blob to a temporary file while it comes in, hashed and measured on the way.
final class BlobSink: ResponseSink {
    private let descriptor: Descriptor
    private let spool: Mutex<BlobSpool?>
    private let progress: @Sendable (Int) -> Void
    private let refusal = Mutex<Failure?>(nil)

    init(
        for descriptor: Descriptor,
        in directory: FilePath,
        progress: @escaping @Sendable (Int) -> Void
    ) throws(Failure) {
        self.descriptor = descriptor
        self.progress = progress
        let spool = try BlobSpool(in: directory, algorithm: descriptor.digest.algorithm)
        self.spool = Mutex(spool)
    }

    /// Why the body was not taken, if that is what ended the transfer.
    var failure: Failure? { refusal.withLock { $0 } }

    func begin(_ response: Response) throws(TransferError) {
        if let length = response.headers["Content-Length"].flatMap({ Int($0) }), length != descriptor.size {
            throw refuse(sizeFailure("the registry announces \(length)"))
        }
    }

    func receive(_ bytes: UnsafeRawBufferPointer) throws(TransferError) {
        guard let spool = spool.withLock({ $0 }) else { throw TransferError(.sinkRefused, "given up") }
        guard bytes.count <= descriptor.size - spool.byteCount else {
            throw refuse(sizeFailure("more than that come"))
        }
        do throws(Failure) {
            try spool.write(bytes)
        } catch {
            throw refuse(error)
        }
        progress(spool.byteCount)
    }

    /// The blob, proven.
    func finish(from origin: String) throws(Failure) -> Blob {
        guard let spool = spool.withLock({ $0 }) else {
            throw Failure(.internalError, "the blob was given up")
        }
        return try spool.finish(verifying: descriptor, from: origin)
    }

    /// Removes what has come so far.
    ///
    /// The transport may hold the sink a little longer than the exchange lasts, and the program may end before that.
    func discard() { spool.withLock { $0 = nil } }

    private func sizeFailure(_ why: String) -> Failure {
        Failure(
            .digestMismatch,
            "\(descriptor.role) \(descriptor.digest) has not the size that the manifest says",
            why: "the manifest says \(descriptor.size) bytes, \(why)",
            try: ["again; if it repeats, a proxy or the registry's storage has altered it"]
        )
    }

    private func refuse(_ failure: Failure) -> TransferError {
        refusal.withLock { $0 = failure }
        return TransferError(.sinkRefused, failure.message)
    }
}
