public import Diagnostics
import Synchronization
public import SystemPackage

/// A file under construction: invisible under its final name until it is whole, gone when it is given up.
///
/// The file is removed when the last owner lets go of it, unless it was moved into its place.
public final class TemporaryFile: Sendable {
    /// How the name of every unfinished file begins.
    public static let prefix = ".wasmpack-"

    /// Where the unfinished file is.
    public let path: FilePath
    private let state: Mutex<State>

    private struct State {
        var descriptor: FileDescriptor?
        var isMoved = false
    }

    /// Creates an empty file with a name of its own in a folder; the umask decides who may read it.
    ///
    /// Throws ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull``.
    public init(in directory: FilePath) throws(Failure) {
        let name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 36) + ".tmp"
        let path = directory.appending(name)
        let descriptor = try system({ Failure(writing: directory, $0) }) {
            try FileDescriptor.open(
                path,
                .readWrite,
                options: [.create, .exclusiveCreate, .noFollow, .closeOnExec],
                permissions: [.ownerReadWrite, .groupReadWrite, .otherReadWrite]
            )
        }
        self.path = path
        state = Mutex(State(descriptor: descriptor))
    }

    deinit {
        state.withLock { state in
            try? state.descriptor?.close()
            if !state.isMoved { try? removeFile(path) }
        }
    }

    /// Appends bytes; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    public func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try state.withLock { state throws(Failure) in
            guard let descriptor = state.descriptor else { throw Self.closed(path) }
            _ = try system({ Failure(writing: path.removingLastComponent(), $0) }) {
                try descriptor.writeAll(bytes)
            }
        }
    }

    /// Makes the bytes durable and gives the file its final name, in one step that readers see whole or not at all.
    ///
    /// - Parameters:
    ///   - target: the final name, in the same file system.
    ///   - mode: the permissions of the file, if not those that the umask gives.
    ///   - isDurable: whether to wait until the disk has the bytes. Content that can be made again may do without.
    public func move(to target: FilePath, isDurable: Bool = true) throws(Failure) {
        try state.withLock { state throws(Failure) in
            guard let descriptor = state.descriptor else { throw Self.closed(path) }
            if isDurable { try system({ Failure(writing: target, $0) }) { try synchronize(descriptor) } }
            try system({ Failure(writing: target, $0) }) { try rename(path, to: target) }
            state.isMoved = true
            state.descriptor = nil
            try? descriptor.close()
        }
    }

    /// Writes a whole small file atomically; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    public static func write(_ bytes: [UInt8], to target: FilePath) throws(Failure) {
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
    public var directory: FilePath {
        let parent = removingLastComponent()
        return parent.isEmpty ? "." : parent
    }
}

extension [UInt8] {
    /// Like `withUnsafeBytes`, with the error's type kept.
    public func withUnsafeBytesTyped<Result>(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try withUnsafeBufferPointer { (buffer) throws(Failure) in try body(UnsafeRawBufferPointer(buffer)) }
    }
}
