package import Diagnostics
import Synchronization
package import SystemPackage

/// A file under construction: invisible under its final name until it is whole, gone when it is given up.
///
/// The file is removed when the last owner lets go of it, unless it was moved into its place.
package final class TemporaryFile: Sendable {
    private static let prefix = ".wasmpack-"
    private static let secretPrefix = prefix + "secret-"
    private static let suffix = ".tmp"

    /// Whether a file of this name is an unfinished one: of a process at work, or of one that ended in its midst.
    package static func isUnfinished(_ name: String) -> Bool {
        name.hasPrefix(prefix) && name.hasSuffix(suffix)
    }

    /// Whether it is one that holds secrets.
    static func isUnfinishedSecret(_ name: String) -> Bool {
        isUnfinished(name) && name.hasPrefix(secretPrefix)
    }

    private let state: Mutex<State>

    private struct State {
        var path: FilePath
        /// `nil` once the file has its final name.
        var descriptor: FileDescriptor?
    }

    /// Where the file is: under its final name once it was moved there.
    package var path: FilePath { state.withLock { $0.path } }

    /// Creates an empty file with a name of its own in a folder.
    ///
    /// - Parameters:
    ///   - directory: the folder.
    ///   - holdsSecrets: whether only its owner may read it; otherwise the umask decides who may.
    /// - Throws: ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``.
    package init(in directory: FilePath, holdsSecrets: Bool = false) throws(Failure) {
        let prefix = holdsSecrets ? Self.secretPrefix : Self.prefix
        let name = prefix + String(UInt64.random(in: .min ... .max), radix: 36) + Self.suffix
        let path = directory.appending(name)
        let descriptor = try system({ Failure(writing: directory, $0) }) {
            try FileDescriptor.open(
                path,
                .readWrite,
                options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: holdsSecrets
                    ? .ownerReadWrite : [.ownerReadWrite, .groupReadWrite, .otherReadWrite]
            )
        }
        state = Mutex(State(path: path, descriptor: descriptor))
        TemporaryPaths.add(path)
    }

    deinit {
        state.withLock { state in
            guard let descriptor = state.descriptor else { return }
            try? descriptor.close()
            try? removeFile(state.path)
            TemporaryPaths.remove(state.path)
        }
    }

    /// Appends bytes; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try state.withLock { state throws(Failure) in
            guard let descriptor = state.descriptor else { throw Self.closed(state.path) }
            _ = try system({ [path = state.path] in Failure(writing: path.directory, $0) }) {
                try descriptor.writeAll(bytes)
            }
        }
    }

    /// Waits until the disk has the bytes and gives the file its final name, in one step that readers see whole or not
    /// at all.
    ///
    /// Throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``, and ``Failure/Code/interrupted`` when the task
    /// is cancelled: nothing is committed after that. The file then is where it was.
    package func move(to target: FilePath) throws(Failure) { try move(to: target, as: nil) }

    /// The same for a file whose owner and permissions are not those that it was made with.
    func move(to target: FilePath, as access: FileAccess?) throws(Failure) {
        try checkCancellation()
        try state.withLock { state throws(Failure) in
            guard let descriptor = state.descriptor else { throw Self.closed(state.path) }
            let isOwned = access.map { $0.giveOwner(to: descriptor) } ?? true
            try system({ Failure(writing: target, $0) }) { try synchronize(descriptor) }
            try system({ Failure(writing: target, $0) }) { try rename(state.path, to: target) }
            // Not before: under its temporary name nobody else may ever read it.
            access?.givePermissions(to: descriptor, isOwned: isOwned)
            TemporaryPaths.remove(state.path)
            state.path = target
            state.descriptor = nil
            try? descriptor.close()
        }
    }

    /// Writes a whole small file atomically; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    package static func write(_ bytes: [UInt8], to target: FilePath) throws(Failure) {
        let file = try TemporaryFile(in: target.directory)
        try bytes.withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
        try file.move(to: target)
    }

    private static func closed(_ path: FilePath) -> Failure {
        Failure(.internalError, "\(path) was moved already")
    }
}

extension FilePath {
    /// The folder that the path's last component is in; `.` for a bare name.
    package var directory: FilePath {
        let parent = removingLastComponent()
        return parent.isEmpty ? "." : parent
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
