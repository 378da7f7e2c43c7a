package import Diagnostics

/// Writes a tar of regular files and folders as a stream (POSIX.1-1988 `ustar`; `pax` for long names).
///
/// Headers are reproducible: owner 0:0 without names, mode 0644, time 0. The same files in the same order give the same
/// bytes.
package final class TarOutput {
    private let tar: TarWriter
    private let write: (UnsafeRawBufferPointer) throws(Failure) -> Void

    /// Begins a tar and passes its bytes to `write`.
    package init(_ write: @escaping (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        self.write = write
        try ArchiveLibrary.shared.require()
        tar = try Self.translating { () throws(ArchiveError) in try TarWriter(.extended) }
    }

    /// Adds a file.
    ///
    /// - Parameters:
    ///   - name: its name in the tar.
    ///   - size: the number of bytes of the content, which is not checked.
    ///   - content: passes the bytes to the function that it receives.
    /// - Throws: the errors of `content` and `write`.
    package func add(
        _ name: String,
        size: Int,
        _ content: ((UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) -> Void
    ) throws(Failure) {
        try Self.translating { () throws(ArchiveError) in try tar.begin(file: name, size: size, time: 0) }
        try content { piece throws(Failure) in
            try Self.translating { () throws(ArchiveError) in try tar.write(piece) }
            try flush()
        }
        try Self.translating { () throws(ArchiveError) in try tar.endFile() }
        try flush()
    }

    /// Adds a folder, mode 0755; its contents are separate entries that follow.
    package func add(folder name: String) throws(Failure) {
        try Self.translating { () throws(ArchiveError) in
            try tar.write(folder: name, permissions: 0o755, time: 0)
        }
        try flush()
    }

    /// Ends the tar.
    package func finish() throws(Failure) {
        try Self.translating { () throws(ArchiveError) in try tar.finish() }
        try flush()
    }

    private func flush() throws(Failure) {
        let bytes = tar.takeOutput()
        let outcome = bytes.withUnsafeBytes { bytes in
            Result { () throws(Failure) in try write(bytes) }
        }
        try outcome.get()
    }

    private static func translating<Value>(_ body: () throws(ArchiveError) -> Value) throws(Failure) -> Value
    {
        do throws(ArchiveError) {
            return try body()
        } catch {
            throw Failure(.internalError, "the tar cannot be written", why: error.description, cause: error)
        }
    }
}
