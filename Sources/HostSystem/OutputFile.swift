package import Diagnostics
package import SystemPackage

/// An output file that is written only when it is complete.
///
/// A regular file is replaced atomically; a symbolic link is kept, and its target is replaced. A device or a pipe is not
/// replaced, but receives the bytes when all are available.
package final class OutputFile: Sendable {
    /// The given path.
    package let path: FilePath
    /// The path of the regular file, with links followed; `nil` for a device or a pipe.
    package let target: FilePath?
    private let file: TemporaryFile
    private let folder: TemporaryDirectory?

    /// Prepares to write, so that an unwritable path fails before any work is done.
    ///
    /// Throws ``Failure/Code/fileUnwritable`` for a folder, a dangling link, or a path in a folder that does not exist.
    package init(at path: FilePath) throws(Failure) {
        self.path = path
        let isThere = (try? path.stat(followTargetSymlink: false)) != nil
        switch Directory.type(of: path) {
        case .directory?:
            throw Failure(
                .fileUnwritable,
                "\(path) is a directory",
                why: "a file is expected",
                try: ["\(path.appending("plugin.wasm"))"]
            )
        case nil where isThere:
            throw Failure(.fileUnwritable, "\(path) is a dangling symbolic link")
        case nil, .regular?:
            let target = isThere ? try resolved(path) : path
            guard Directory.exists(target.directory) else {
                throw Failure(
                    .fileUnwritable,
                    "cannot write \(path)",
                    why: "the directory \(target.directory) does not exist"
                )
            }
            self.target = target
            folder = nil
            Leftovers.removeOutputs(in: target.directory)
            file = try TemporaryFile(in: target.directory, for: .output, becoming: path)
        default:
            let folder = try TemporaryDirectory()
            self.folder = folder
            target = nil
            file = try TemporaryFile(in: folder.path)
        }
    }

    /// The path of the temporary file.
    package var unfinishedPath: FilePath { file.path }

    /// Appends bytes; throws ``Failure/Code/diskFull`` or ``Failure/Code/fileUnwritable``.
    package func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) { try file.write(bytes) }

    /// The result of a conditional commit.
    package enum Outcome: Sendable {
        case written
        /// A file with the same content already exists.
        case unchanged
    }

    /// Writes the output unless the file already has the same content.
    ///
    /// - Parameter mayReplace: whether a file with other content may be replaced.
    /// - Returns: whether the file was written.
    /// - Throws: ``Failure/Code/fileExists`` for a file that may not be replaced, and what ``commit()`` throws.
    package func commit(replacing mayReplace: Bool) throws(Failure) -> Outcome {
        if let target, try isSame(as: target) { return .unchanged }
        guard let target, !mayReplace else {
            try commit()
            return .written
        }
        // In one step, because another process may create the file at any moment.
        if try file.move(toNew: target) { return .written }
        if try isSame(as: target) { return .unchanged }
        throw Failure(existing: path, why: "nothing was written")
    }

    private func isSame(as other: FilePath) throws(Failure) -> Bool {
        guard Directory.type(of: other) == .regular else { return false }
        let new = try ReadableFile(opening: unfinishedPath)
        let old = try ReadableFile(opening: other)
        guard new.size == old.size else { return false }
        var offset = 0
        while offset < new.size {
            try checkCancellation()
            let piece = try new.read(at: offset, count: 128 * 1024)
            guard !piece.isEmpty, try piece == old.read(at: offset, count: piece.count) else { return false }
            offset += piece.count
        }
        return true
    }

    /// Writes the output.
    package func commit() throws(Failure) {
        if let target { return try file.move(to: target) }
        let descriptor = try system({ [path] in Failure(writing: path, $0) }) {
            try FileDescriptor.open(path, .writeOnly, options: [.closeOnExec])
        }
        defer { try? descriptor.close() }
        try ReadableFile(opening: file.path).forEachPiece { piece throws(Failure) in
            _ = try system({ [path] in Failure(writing: path, $0) }) { try descriptor.writeAll(piece) }
        }
    }
}

extension Failure {
    /// Creates the failure for an output that exists with other content.
    package init(
        existing path: FilePath,
        why: String,
        try hints: [String] = ["add --force to replace it", "use -o another-name.wasm"]
    ) {
        self.init(.fileExists, "\(path) exists and has other content", why: why, try: hints)
    }
}
