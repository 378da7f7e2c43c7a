import SystemPackage

/// Reads a request's body for libcurl, from the start as often as needed; closes its file when it goes.
final class BodyReader {
    /// How many bytes there are.
    let size: Int
    /// How many of them have been read since the start.
    private(set) var offset = 0

    private let bytes: [UInt8]
    private let file: FileDescriptor?

    /// Opens the body; throws ``TransferError/Kind/bodyUnreadable`` if it is not what was announced.
    init(_ body: Body) throws(TransferError) {
        switch body {
        case .none:
            (bytes, file, size) = ([], nil, 0)
        case .bytes(let content):
            (bytes, file, size) = (content, nil, content.count)
        case .file(let path, let announced):
            (bytes, file, size) = ([], try Self.open(path, announced: announced), announced)
        }
    }

    deinit { try? file?.close() }

    /// Fills the buffer as far as there is something left; 0 is the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(TransferError) -> Int {
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
            count = try file.read(fromAbsoluteOffset: Int64(offset), into: target)
        } catch {
            throw TransferError(.bodyUnreadable, "the file cannot be read: \(error)")
        }
        guard count > 0 else {
            throw TransferError(.bodyUnreadable, "the file ends after \(offset) bytes instead of \(size)")
        }
        offset += count
        return count
    }

    /// Goes on from another place; `false` if there is no such place.
    func seek(to position: Int) -> Bool {
        guard (0...size).contains(position) else { return false }
        offset = position
        return true
    }

    private static func open(_ path: FilePath, announced: Int) throws(TransferError) -> FileDescriptor {
        do {
            // Without O_NONBLOCK a pipe of that name would hold up all transfers.
            let file = try FileDescriptor.open(path, .readOnly, options: [.closeOnExec, .nonBlocking])
            do {
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
        } catch {
            throw TransferError(.bodyUnreadable, "\"\(path)\" cannot be read: \(error)")
        }
    }
}
