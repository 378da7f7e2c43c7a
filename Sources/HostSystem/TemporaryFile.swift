package import Diagnostics
import Synchronization
package import SystemPackage

/// A file that gets its final name only when it is complete.
///
/// The file is removed in `deinit` unless it was moved to its final name.
package final class TemporaryFile: Sendable {
    static let prefix = ".wasmpack-"
    private static let secretPrefix = prefix + "secret-"
    private static let outputPrefix = prefix + "output-"
    private static let suffix = ".tmp"

    /// Returns whether a file name belongs to an unfinished file of a running or killed process.
    package static func isUnfinished(_ name: String) -> Bool {
        name.hasPrefix(prefix) && name.hasSuffix(suffix)
    }

    /// Returns whether a file name is that of an unfinished file with secrets.
    static func isUnfinishedSecret(_ name: String) -> Bool {
        isUnfinished(name) && name.hasPrefix(secretPrefix)
    }

    /// Returns whether a file name is that of an unfinished output, which ``Leftovers`` may remove.
    static func isUnfinishedOutput(_ name: String) -> Bool {
        isUnfinished(name) && name.hasPrefix(outputPrefix)
    }

    /// The purpose of a temporary file.
    package enum Purpose: Sendable {
        /// Content in a locked folder (a temporary folder or a layout), which is cleaned up as a whole.
        case content
        /// A file in one of the user's folders. The process locks it; later processes remove unlocked ones.
        case output
        /// A file that only the owner may read, in a folder that is locked.
        case secret

        fileprivate var prefix: String {
            switch self {
            case .content: TemporaryFile.prefix
            case .output: TemporaryFile.outputPrefix
            case .secret: TemporaryFile.secretPrefix
            }
        }
    }

    private let state: Mutex<State>

    private struct State {
        var path: FilePath
        /// `nil` once the file is complete.
        var descriptor: FileDescriptor?
        /// Whether the file has its final name.
        var isMoved = false
    }

    /// The path in messages about writing.
    private let shownPath: FilePath

    /// The current path: temporary, or the final name after the move.
    package var path: FilePath { state.withLock { $0.path } }

    /// Creates an empty file with a unique name in a folder.
    ///
    /// - Parameters:
    ///   - directory: the folder.
    ///   - purpose: its purpose. Only the owner can read a secret; the umask decides for the others.
    ///   - target: the file that it becomes, for messages; by default, they name the folder.
    /// - Throws: ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``.
    package convenience init(
        in directory: FilePath,
        for purpose: Purpose = .content,
        becoming target: FilePath? = nil
    ) throws(Failure) {
        try self.init(in: directory, for: purpose, becoming: target, claim: Leftovers.claim)
    }

    /// Like ``init(in:for:becoming:)``, with the function that claims an output.
    init(
        in directory: FilePath,
        for purpose: Purpose,
        becoming target: FilePath? = nil,
        claim: (FilePath, FileDescriptor) -> Bool
    ) throws(Failure) {
        shownPath = target ?? directory
        var new: (path: FilePath, descriptor: FileDescriptor)
        while true {
            let random = String(UInt64.random(in: .min ... .max), radix: 36)
            let path = directory.appending(purpose.prefix + random + Self.suffix)
            let descriptor = try system({ [shownPath] in Failure(writing: shownPath, $0) }) {
                try FileDescriptor.open(
                    path,
                    .readWrite,
                    options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                    permissions: purpose == .secret
                        ? .ownerReadWrite : [.ownerReadWrite, .groupReadWrite, .otherReadWrite]
                )
            }
            new = (path, descriptor)
            if purpose != .output || claim(path, descriptor) { break }
            try? descriptor.close()
        }
        state = Mutex(State(path: new.path, descriptor: new.descriptor))
        TemporaryPaths.add(new.path)
    }

    deinit {
        state.withLock { state in
            if !state.isMoved {
                try? removeFile(state.path)
                TemporaryPaths.remove(state.path)
            }
            // Last, because it releases the lock.
            try? state.descriptor?.close()
        }
    }

    /// Appends bytes; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try state.withLock { state throws(Failure) in
            guard let descriptor = state.descriptor else { throw Self.closed(state.path) }
            _ = try system({ [shownPath] in Failure(writing: shownPath, $0) }) {
                try descriptor.writeAll(bytes)
            }
        }
    }

    /// Closes a file that is complete; it can still be read and moved.
    ///
    /// A process may have only a few hundred open files, and an image may have more layers.
    package func close() {
        state.withLock { state in
            try? state.descriptor?.close()
            state.descriptor = nil
        }
    }

    /// Flushes the file to the disk and moves it to its final name atomically; replaces an existing file.
    ///
    /// Throws ``Failure/Code/diskFull``, ``Failure/Code/fileUnwritable``, or ``Failure/Code/interrupted`` when the task was
    /// canceled. The file is then not moved.
    package func move(to target: FilePath) throws(Failure) { try move(to: target, as: nil) }

    /// Like ``move(to:)``, and also sets the owner and permissions.
    func move(to target: FilePath, as access: FileAccess?) throws(Failure) {
        try finish(at: target, as: access) { source throws(Failure) in
            try system({ Failure(writing: target, $0) }) { try rename(source, to: target) }
        }
    }

    /// Like ``move(to:)``, but never replaces a file: returns `false` if the name exists, even if another process creates it
    /// at the same moment.
    package func move(toNew target: FilePath) throws(Failure) -> Bool {
        do throws(Failure) {
            try finish(at: target, as: nil) { source throws(Failure) in
                try system({ Failure(writing: target, $0) }) { try renameExclusively(source, to: target) }
            }
            return true
        } catch  where (error.cause as? Errno) == .fileExists {
            return false
        }
    }

    private func finish(
        at target: FilePath,
        as access: FileAccess?,
        _ move: (FilePath) throws(Failure) -> Void
    ) throws(Failure) {
        try checkCancellation()
        try state.withLock { state throws(Failure) in
            guard !state.isMoved else { throw Self.closed(state.path) }
            let path = state.path
            let descriptor = if let open = state.descriptor { open } else { try Self.reopened(path) }
            state.descriptor = descriptor
            let isOwned = access.map { $0.setOwner(of: descriptor) } ?? true
            try system({ Failure(writing: target, $0) }) { try synchronize(descriptor) }
            try move(path)
            // Not earlier: other users must not read the file under its temporary name.
            access?.setPermissions(of: descriptor, isOwned: isOwned)
            TemporaryPaths.remove(path)
            state.path = target
            state.isMoved = true
            state.descriptor = nil
            try? descriptor.close()
        }
    }

    private static func reopened(_ path: FilePath) throws(Failure) -> FileDescriptor {
        try system({ Failure(writing: path, $0) }) {
            try FileDescriptor.open(path, .readWrite, options: [.noFollow, .closeOnExec])
        }
    }

    /// Writes a small file atomically; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    package static func write(_ bytes: [UInt8], to target: FilePath) throws(Failure) {
        let file = try TemporaryFile(in: target.directory, becoming: target)
        try bytes.withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
        try file.move(to: target)
    }

    private static func closed(_ path: FilePath) -> Failure {
        Failure(.internalError, "\(path) is already closed")
    }
}

extension [UInt8] {
    /// Like `withUnsafeBytes`, with the error's type kept.
    package func withUnsafeBytesTyped<Result>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { (buffer) throws(Failure) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
