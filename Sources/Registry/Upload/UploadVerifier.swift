import Diagnostics
import HTTPTransport
import HostSystem
import OCI
import Storage
import Synchronization

/// Hashes a blob while it is sent, and holds back its last bytes until its digest is verified.
///
/// A file may change after verification and during the upload. Bytes that are sent again are hashed again.
final class UploadVerifier: Sendable {
    private struct State: ~Copyable {
        /// The hash of the bytes before the current request.
        var before: DigestHasher
        /// The hash of the same bytes and those that the current request has sent.
        var sending: DigestHasher
        var failure: Failure?
    }

    private let blob: Blob
    private let state: Mutex<State>

    init(of blob: Blob) {
        self.blob = blob
        let algorithm = blob.descriptor.digest.algorithm
        state = Mutex(State(before: DigestHasher(algorithm), sending: DigestHasher(algorithm)))
    }

    /// Why the content was held back, if it was.
    var failure: Failure? { state.withLock { $0.failure } }

    /// Prepares for a request from an offset; reads and hashes earlier bytes that have not been hashed.
    ///
    /// Throws errors of reading the file.
    func begin(at offset: Int) throws(Failure) {
        try state.withLock { (state: inout State) throws(Failure) in
            if state.sending.byteCount <= offset {
                state.before = state.sending.copy()
            } else if state.before.byteCount > offset {
                state.before = DigestHasher(blob.descriptor.digest.algorithm)
            }
            let start = state.before.byteCount
            try blob.forEachPiece(of: start..<offset) { piece in state.before.update(piece) }
        }
    }

    /// Hashes bytes before they are sent; the offset is relative to the current request.
    func inspect(_ bytes: UnsafeRawBufferPointer, _ offset: Int) throws(TransferError) {
        try state.withLock { (state: inout State) throws(TransferError) in
            if offset == 0 { state.sending = state.before.copy() }
            state.sending.update(bytes)
            let expected = blob.descriptor
            guard state.sending.byteCount >= expected.size, state.sending.digest() != expected.digest else {
                return
            }
            state.failure = Failure(changed: blob, "its digest is \(state.sending.digest()) now")
            throw TransferError(.bodyUnreadable, "the content to send has changed")
        }
    }
}

extension Failure {
    /// Makes the failure for content that changed after its verification.
    init(changed blob: Blob, _ what: String) {
        let descriptor = blob.descriptor
        switch blob.content {
        case .file(let path, nil):
            self.init(
                .layoutCorrupt,
                "\(path) has changed since it was read",
                why:
                    "\(what); it was \(descriptor.digest) with \(descriptor.size) bytes; the upload was stopped",
                try: ["build the layout again"]
            )
        case .file, .bytes:
            self.init(
                .digestMismatch,
                "the \(descriptor.role) \(descriptor.digest) has changed since it was created",
                why: "\(what); the upload was stopped",
                try: ["try again; if it fails again, another program is writing to its directory"]
            )
        }
    }
}

extension Blob {
    /// Reads a range of the content in pieces of at most 128 KiB; throws errors of opening and reading the file.
    func forEachPiece(
        of range: Range<Int>,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        switch content {
        case .bytes(let bytes):
            try Array(bytes[range]).withUnsafeBytesTyped(body)
        case .file(let path, _):
            guard !range.isEmpty else { return }
            let file = try ReadableFile(opening: path, links: .rejected)
            var offset = range.lowerBound
            while offset < range.upperBound {
                let piece = try file.read(at: offset, count: min(128 * 1024, range.upperBound - offset))
                guard !piece.isEmpty else { throw Failure(changed: self, "it ends after \(offset) bytes") }
                try piece.withUnsafeBytesTyped(body)
                offset += piece.count
            }
        }
    }

    /// Returns the digest of the content; reads all content if the algorithm is not the descriptor's.
    func digest(by algorithm: Digest.Algorithm) throws(Failure) -> Digest {
        if algorithm == descriptor.digest.algorithm { return descriptor.digest }
        var hasher = DigestHasher(algorithm)
        try forEachPiece(of: 0..<descriptor.size) { piece in hasher.update(piece) }
        return hasher.digest()
    }
}
