import Diagnostics
import HostSystem
import OCI
import Storage
import Synchronization
import SystemPackage

/// One upload: the file with the bytes so far, and their digest.
final class Upload: Sendable {
    /// A request that writes.
    ///
    /// Only the newest may: an older one may have lost its client without noticing.
    struct Writer: Equatable {
        fileprivate let number: Int
    }

    /// The result of beginning to write.
    enum Beginning {
        case begun(Writer)
        /// The upload has another size than the request expects.
        case otherSize(Int)
        /// The upload has ended.
        case ended
    }

    private struct State: ~Copyable {
        var hasher: DigestHasher
        /// The state when the newest writer began.
        var start: DigestHasher
        var writer = 0
        /// Whether the file is a blob or removed: then no request may write.
        var hasEnded = false
    }

    let identifier: String
    let path: FilePath
    private let state: Mutex<State>

    init(_ identifier: String, at path: FilePath, hasher: consuming DigestHasher) {
        self.identifier = identifier
        self.path = path
        let start = hasher.copy()
        state = Mutex(State(hasher: hasher, start: start))
    }

    /// The number of bytes so far.
    var size: Int { state.withLock { $0.hasher.byteCount } }

    /// Begins a request that writes, at `offset` if it names one; earlier ones can write no more.
    func beginWriting(at offset: Int?) -> Beginning {
        state.withLock { state in
            if state.hasEnded { return .ended }
            let size = state.hasher.byteCount
            if let offset, offset != size { return .otherSize(size) }
            state.writer += 1
            state.start = state.hasher.copy()
            return .begun(Writer(number: state.writer))
        }
    }

    /// Appends bytes, all or none.
    ///
    /// Throws ``Failure/Code/connectionLost`` if a newer request has begun to write, and errors of writing.
    func append(_ bytes: UnsafeRawBufferPointer, to file: UploadFile, as writer: Writer) throws(Failure) {
        try state.withLock { state throws(Failure) in
            try Self.check(writer, state)
            do throws(Failure) {
                try file.append(bytes)
            } catch {
                try? file.truncate(to: state.hasher.byteCount)
                throw error
            }
            state.hasher.update(bytes)
        }
    }

    /// Removes what a writer has appended; returns the number of bytes.
    func undo(_ file: UploadFile, as writer: Writer) throws(Failure) -> Int {
        try state.withLock { state throws(Failure) in
            try Self.check(writer, state)
            let count = state.hasher.byteCount - state.start.byteCount
            try file.truncate(to: state.start.byteCount)
            state.hasher = state.start.copy()
            return count
        }
    }

    /// Returns whether the file has a digest; throws as ``append(_:to:as:)`` does.
    func has(_ digest: Digest, _ file: UploadFile, as writer: Writer) throws(Failure) -> Bool {
        try state.withLock { state throws(Failure) in
            try Self.check(writer, state)
            // Another program may have written to the file.
            guard try file.size() == state.hasher.byteCount else { return false }
            guard digest.algorithm != .sha256 else { return state.hasher.digest() == digest }
            var hasher = DigestHasher(digest.algorithm)
            try file.forEachPiece { hasher.update($0) }
            return hasher.digest() == digest
        }
    }

    /// Moves the file into a layout as a blob with a digest that was checked before; the upload has then ended.
    ///
    /// Throws as ``append(_:to:as:)`` does.
    func finish(_ file: UploadFile, as digest: Digest, in layout: ServedLayout, writer: Writer)
        throws(Failure)
    {
        try state.withLock { state throws(Failure) in
            try Self.check(writer, state)
            try layout.insert(file, as: digest)
            state.hasEnded = true
        }
    }

    /// Ends the upload; returns its size, or `nil` if it has ended already.
    func end() -> Int? {
        state.withLock { state in
            if state.hasEnded { return nil }
            state.hasEnded = true
            return state.hasher.byteCount
        }
    }

    private static func check(_ writer: Writer, _ state: borrowing State) throws(Failure) {
        guard state.writer == writer.number, !state.hasEnded else {
            throw Failure(.connectionLost, "another request continues this upload")
        }
    }
}
