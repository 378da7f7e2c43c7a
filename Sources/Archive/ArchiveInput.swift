import CArchive
import Diagnostics

/// The input of libarchive; a class, because C holds a pointer to it.
final class ArchiveInput {
    private let source: any ByteSource
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)
    /// The error that the source threw; libarchive knows only that reading failed.
    private(set) var failure: Failure?
    /// Whether the source has not returned any bytes.
    private(set) var isEmpty = true
    /// Whether the source has ended.
    private(set) var isAtEnd = false

    init(_ source: any ByteSource) { self.source = source }

    deinit { buffer.deallocate() }

    /// Opens an archive that reads from this input, which must outlive it.
    func open(_ archive: OpaquePointer) -> Int32 {
        let read:
            @convention(c) (
                OpaquePointer?, UnsafeMutableRawPointer?, UnsafeMutablePointer<UnsafeRawPointer?>?
            ) -> Int = { _, context, start in
                guard let context, let start else { return -1 }
                let input = Unmanaged<ArchiveInput>.fromOpaque(context).takeUnretainedValue()
                start.pointee = UnsafeRawPointer(input.buffer.baseAddress)
                return input.next()
            }
        return archive_read_open(archive, Unmanaged.passUnretained(self).toOpaque(), nil, read, nil)
    }

    private func next() -> Int {
        do throws(Failure) {
            let count = try source.read(into: buffer)
            isAtEnd = count == 0
            if !isAtEnd { isEmpty = false }
            return count
        } catch {
            failure = error
            return -1
        }
    }
}
