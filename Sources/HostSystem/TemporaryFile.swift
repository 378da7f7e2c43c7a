package import Diagnostics
import Synchronization
package import SystemPackage

/// A file that gets its final name only when it is complete.
///
/// The file is removed in `deinit` unless it was moved to its final name.
package final class TemporaryFile: Sendable {
    private static let prefix = ".wasmpack-"
    private static let secretPrefix = prefix + "secret-"
    private static let suffix = ".tmp"

    /// Returns whether a file name is that of an unfinished file, of a running or a killed process.
    package static func isUnfinished(_ name: String) -> Bool {
        name.hasPrefix(prefix) && name.hasSuffix(suffix)
    }

    /// Returns whether a file name is that of an unfinished file with secrets.
    static func isUnfinishedSecret(_ name: String) -> Bool {
        isUnfinished(name) && name.hasPrefix(secretPrefix)
    }

    private let state: Mutex<State>

    private struct State {
        var path: FilePath
        /// `nil` once the file has its final name.
        var descriptor: FileDescriptor?
    }

    /// The current path: temporary, or the final name after the move.
    package var path: FilePath { state.withLock { $0.path } }

    /// Creates an empty file with a unique name in a folder.
    ///
    /// - Parameters:
    ///   - directory: the folder.
    ///   - holdsSecrets: whether only the owner may read the file; otherwise the umask decides.
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

    /// Flushes the file to the disk and moves it to its final name atomically.
    ///
    /// Throws ``Failure/Code/diskFull``, ``Failure/Code/fileUnwritable``, or ``Failure/Code/interrupted`` when the task was
    /// canceled. The file is then not moved.
    package func move(to target: FilePath) throws(Failure) { try move(to: target, as: nil) }

    /// Like ``move(to:)``, and also sets the owner and permissions.
    func move(to target: FilePath, as access: FileAccess?) throws(Failure) {
        try checkCancellation()
        try state.withLock { state throws(Failure) in
            guard let descriptor = state.descriptor else { throw Self.closed(state.path) }
            let isOwned = access.map { $0.setOwner(of: descriptor) } ?? true
            try system({ Failure(writing: target, $0) }) { try synchronize(descriptor) }
            try system({ Failure(writing: target, $0) }) { try rename(state.path, to: target) }
            // Not earlier: other users must not read the file under its temporary name.
            access?.setPermissions(of: descriptor, isOwned: isOwned)
            TemporaryPaths.remove(state.path)
            state.path = target
            state.descriptor = nil
            try? descriptor.close()
        }
    }

    /// Writes a small file atomically; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    package static func write(_ bytes: [UInt8], to target: FilePath) throws(Failure) {
        let file = try TemporaryFile(in: target.directory)
        try bytes.withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
        try file.move(to: target)
    }

    private static func closed(_ path: FilePath) -> Failure {
        Failure(.internalError, "\(path) has already been moved")
    }
}

extension FilePath {
    /// The folder of the path's last component; `.` for a bare name.
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
