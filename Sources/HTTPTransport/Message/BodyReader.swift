import SystemPackage

/// Reads a request's body for libcurl, repeatedly if necessary; closes its file in `deinit`.
final class BodyReader {
    /// The size of the body, in bytes.
    let size: Int
    /// The number of bytes read since the start.
    private(set) var offset = 0

    private let bytes: [UInt8]
    private let file: FileDescriptor?
    /// The offset of the body in the file.
    private let start: Int
    private let inspect: Request.Inspection?

    /// Opens the body; throws ``TransferError/Kind/bodyUnreadable`` if it does not have the announced size.
    init(_ body: Body, inspect: Request.Inspection? = nil) throws(TransferError) {
        self.inspect = inspect
        switch body {
        case .none:
            (bytes, file, start, size) = ([], nil, 0, 0)
        case .bytes(let content):
            (bytes, file, start, size) = (content, nil, 0, content.count)
        case .file(let path, let announced):
            (bytes, file, start, size) = ([], try Self.open(path, announced: announced), 0, announced)
        case .slice(let path, let range, let announced):
            guard range.lowerBound >= 0, range.upperBound <= announced else {
                throw TransferError(
                    .invalidRequest,
                    "the range \(range) is outside of the file's \(announced) bytes"
                )
            }
            (bytes, start, size) = ([], range.lowerBound, range.count)
            file = try Self.open(path, announced: announced)
        }
    }

    deinit { try? file?.close() }

    /// Fills the buffer with the next bytes; returns their number, 0 at the end.
    ///
    /// Bytes that the request's inspection rejects are not sent.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransferError) -> Int {
        let start = offset
        let count = try fill(buffer)
        if count > 0, let inspect {
            try inspect(UnsafeRawBufferPointer(rebasing: buffer[..<count]), start)
        }
        return count
    }

    private func fill(_ buffer: UnsafeMutableRawBufferPointer) throws(TransferError) -> Int {
        let wanted = min(buffer.count, size - offset)
        guard wanted > 0 else { return 0 }
        let target = UnsafeMutableRawBufferPointer(rebasing: buffer[..<wanted])
        guard let file else {
            target.copyBytes(from: bytes[offset..<(offset + wanted)])
            offset += wanted
            return wanted
        }
        let count: Int
        do {
            count = try file.read(fromAbsoluteOffset: Int64(start + offset), into: target)
        } catch {
            throw TransferError(.unreadable(error), "the file cannot be read: \(error)")
        }
        guard count > 0 else {
            throw TransferError(
                .bodyUnreadable,
                "the file ends after \(start + offset) bytes instead of \(start + size)"
            )
        }
        offset += count
        return count
    }

    /// Continues at another offset; returns `false` for an invalid offset.
    ///
    /// An inspected body can only restart at 0, because the inspection needs all bytes in order.
    func seek(to position: Int) -> Bool {
        guard (0...size).contains(position), position == 0 || inspect == nil else { return false }
        offset = position
        return true
    }

    private static func open(_ path: FilePath, announced: Int) throws(TransferError) -> FileDescriptor {
        do {
            // Without O_NONBLOCK, opening a pipe would block all transfers.
            let file = try FileDescriptor.open(
                path,
                .readOnly,
                options: [.closeOnExec, .nonBlocking, .noFollow]
            )
            do {
                guard try file.stat().type == .regular else {
                    throw TransferError(.bodyUnreadable, "\"\(path)\" is not a regular file")
                }
                let size = try file.seek(offset: 0, from: .end)
                guard size == announced else {
                    throw TransferError(
                        .bodyUnreadable,
                        "\"\(path)\" has \(size) bytes instead of \(announced)"
                    )
                }
                return file
            } catch {
                try? file.close()
                throw error
            }
        } catch let error as TransferError {
            throw error
        } catch Errno.tooManySymbolicLinkLevels {
            throw TransferError(.bodyUnreadable, "\"\(path)\" is a symbolic link")
        } catch {
            throw TransferError(.unreadable(error), "\"\(path)\" cannot be read: \(error)")
        }
    }
}

extension TransferError.Kind {
    /// The kind of an error of opening or reading a body's file.
    static func unreadable(_ error: any Error) -> Self {
        (error as? Errno)?.isLimit == true ? .limitReached : .bodyUnreadable
    }
}

extension Errno {
    /// Whether a limit of the process or of the system was reached.
    var isLimit: Bool {
        [.tooManyOpenFiles, .tooManyOpenFilesInSystem, .noMemory, .noBufferSpace].contains(self)
    }
}
