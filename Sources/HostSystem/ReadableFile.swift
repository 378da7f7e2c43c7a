package import Diagnostics
package import SystemPackage

/// An open regular file, closed in `deinit`.
package struct ReadableFile: ~Copyable {
    /// Whether a symbolic link as the path's last component is followed.
    package enum Links: Sendable {
        case followed
        case rejected
    }

    private let descriptor: FileDescriptor
    /// The path at which it was opened.
    package let path: FilePath
    /// Its size when it was opened, in bytes.
    package let size: Int

    /// Opens a regular file.
    ///
    /// Throws ``Failure/Code/fileMissing`` or ``Failure/Code/fileUnreadable``, including for a directory, a pipe, a device, or a
    /// rejected link.
    package init(opening path: FilePath, links: Links = .followed) throws(Failure) {
        var options: FileDescriptor.OpenOptions = [.closeOnExec, .nonBlocking]
        if links == .rejected { options.insert(.noFollow) }
        let descriptor = try system({ errno in
            errno == .tooManySymbolicLinkLevels && links == .rejected
                ? Failure(
                    .fileUnreadable,
                    "\(path) is a symbolic link",
                    why: "it could point to any file"
                )
                : Failure(reading: path, errno)
        }) { try FileDescriptor.open(path, .readOnly, options: options) }
        do throws(Failure) {
            let stat = try system({ Failure(reading: path, $0) }) { try descriptor.stat() }
            guard stat.type == .regular else {
                throw Failure(.fileUnreadable, "\(path) is not a regular file")
            }
            guard let size = Int(exactly: stat.size) else {
                throw Failure(.fileUnreadable, "\(path) is larger than this machine can address")
            }
            self.descriptor = descriptor
            self.path = path
            self.size = size
        } catch {
            try? descriptor.close()
            throw error
        }
    }

    deinit { try? descriptor.close() }

    /// Reads the next bytes into a buffer; returns their number, 0 at the end.
    package borrowing func read(into buffer: UnsafeMutableRawBufferPointer) throws(Failure) -> Int {
        try system({ Failure(reading: path, $0) }) { try descriptor.read(into: buffer) }
    }

    /// Reads up to `count` bytes at an offset; fewer only at the end of the file.
    package borrowing func read(at offset: Int, count: Int) throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let wanted = count - bytes.count
            let piece = try system({ Failure(reading: path, $0) }) {
                try [UInt8](unsafeUninitializedCapacity: wanted) { buffer, length in
                    length = try descriptor.read(
                        fromAbsoluteOffset: Int64(offset + bytes.count),
                        into: UnsafeMutableRawBufferPointer(buffer)
                    )
                }
            }
            if piece.isEmpty { break }
            bytes += piece
        }
        return bytes
    }

    /// Calls a function with the whole file, in pieces of at most 128 KiB.
    package borrowing func forEachPiece(
        _ body: (UnsafeRawBufferPointer) throws(Failure) -> Void
    ) throws(Failure) {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 128 * 1024, alignment: 16)
        defer { buffer.deallocate() }
        while true {
            try checkCancellation()
            let count = try read(into: buffer)
            if count == 0 { return }
            try body(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
    }

    /// Reads a whole small file; throws ``Failure/Code/fileUnreadable`` if it is larger than `limit` bytes.
    package static func contents(of path: FilePath, limit: Int, links: Links = .followed) throws(Failure)
        -> [UInt8]
    {
        let file = try ReadableFile(opening: path, links: links)
        let bytes = try file.read(at: 0, count: min(file.size, limit) + 1)
        guard bytes.count <= limit else {
            throw Failure(.fileUnreadable, "\(path) is larger than \(limit) bytes")
        }
        return bytes
    }
}
