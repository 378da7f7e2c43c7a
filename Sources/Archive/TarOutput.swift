package import Diagnostics

/// A tar of ordinary files, handed on while it is made (POSIX.1-1988 `ustar`; `pax` for long names).
///
/// Nothing in it tells of this machine or this day: owner 0:0 without names, mode 0644, time 0. The same files in the
/// same order give the same bytes.
package final class TarOutput {
    private let tar: TarWriter
    private let write: (UnsafeRawBufferPointer) throws(Failure) -> Void

    /// Begins a tar whose bytes go to `write`.
    package init(_ write: @escaping (UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) {
        self.write = write
        tar = try Self.translating { () throws(ArchiveError) in try TarWriter(.extended) }
    }

    /// Adds a file.
    ///
    /// - Parameters:
    ///   - name: its name in the tar.
    ///   - size: the number of bytes that the content has, which is not checked here.
    ///   - content: hands the bytes on to the function it is given.
    /// - Throws: what `content` and the reader of the tar throw.
    package func add(
        _ name: String,
        size: Int,
        _ content: ((UnsafeRawBufferPointer) throws(Failure) -> Void) throws(Failure) -> Void
    ) throws(Failure) {
        try Self.translating { () throws(ArchiveError) in try tar.begin(file: name, size: size, time: 0) }
        try content { piece throws(Failure) in
            try Self.translating { () throws(ArchiveError) in try tar.write(piece) }
            try handOn()
        }
        try Self.translating { () throws(ArchiveError) in try tar.endFile() }
        try handOn()
    }

    /// Ends the tar.
    package func finish() throws(Failure) {
        try Self.translating { () throws(ArchiveError) in try tar.finish() }
        try handOn()
    }

    private func handOn() throws(Failure) {
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
