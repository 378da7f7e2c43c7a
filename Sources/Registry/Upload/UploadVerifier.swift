import Diagnostics
import HTTPTransport
import HostSystem
import OCI
import Storage
import Synchronization

/// Hashes a blob while it goes out, and keeps its last bytes back until everything is verified to be what the blob names.
///
/// A file may change after it was verified and while it is sent. What is sent again, whole or from some chunk on, is hashed
/// again.
final class UploadVerifier: Sendable {
    private struct State: ~Copyable {
        /// What comes before the bytes that are being sent.
        var before: DigestHasher
        /// The same and what has been sent of them.
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

    /// Why the content was not let out, if it was not.
    var failure: Failure? { state.withLock { $0.failure } }

    /// Gets ready for bytes from an offset on; what comes before and has not been hashed in its turn is read.
    ///
    /// Throws what reading the file throws.
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

    /// Looks at bytes before they go out, by their offset in what is sent now.
    func inspect(_ bytes: UnsafeRawBufferPointer, _ offset: Int) throws(TransferError) {
        try state.withLock { (state: inout State) throws(TransferError) in
            if offset == 0 { state.sending = state.before.copy() }
            state.sending.update(bytes)
            let expected = blob.descriptor
            guard state.sending.byteCount >= expected.size, state.sending.digest() != expected.digest else {
                return
            }
            state.failure = Failure(changed: blob, "its digest is \(state.sending.digest()) now")
            throw TransferError(.bodyUnreadable, "what was to be sent has changed")
        }
    }
}

extension Failure {
    /// The failure for content that is no longer what it was verified to be.
    init(changed blob: Blob, _ what: String) {
        let descriptor = blob.descriptor
        switch blob.content {
        case .file(let path, nil):
            self.init(
                .layoutCorrupt,
                "\(path) has changed since it was read",
                why:
                    "\(what); it was \(descriptor.digest) with \(descriptor.size) bytes; it was not sent whole",
                try: ["wasmpack build again"]
            )
        case .file, .bytes:
            self.init(
                .digestMismatch,
                "the \(descriptor.role) \(descriptor.digest) has changed since it was made",
                why: "\(what); it was not sent whole",
                try: ["again; if it repeats, something else writes into its folder"]
            )
        }
    }
}

extension Blob {
    /// Hands part of the content on, in pieces of at most 128 KiB; throws what opening and reading a file throws.
    func forEachPiece(
        of range: Range<Int>,
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        switch content {
        case .bytes(let bytes):
            try Array(bytes[range]).withUnsafeBytesTyped(body)
        case .file(let path, _):
            guard !range.isEmpty else { return }
            let file = try ReadableFile(opening: path, links: .refused)
            var offset = range.lowerBound
            while offset < range.upperBound {
                let piece = try file.read(at: offset, count: min(128 * 1024, range.upperBound - offset))
                guard !piece.isEmpty else { throw Failure(changed: self, "it ends after \(offset) bytes") }
                try piece.withUnsafeBytesTyped(body)
                offset += piece.count
            }
        }
    }

    /// The digest of the content by an algorithm; by another one than its own, all of it is read for that.
    func digest(by algorithm: Digest.Algorithm) throws(Failure) -> Digest {
        if algorithm == descriptor.digest.algorithm { return descriptor.digest }
        var hasher = DigestHasher(algorithm)
        try forEachPiece(of: 0..<descriptor.size) { piece in hasher.update(piece) }
        return hasher.digest()
    }
}
