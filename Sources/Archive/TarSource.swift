import Diagnostics
import OCI

/// The uncompressed tar of a layer as a sequence of blocks, counted and hashed while it is read.
final class TarSource {
    /// A block with the context that deflate needs.
    struct Block: Sendable {
        let bytes: [UInt8]
        let window: ArraySlice<UInt8>
        let isLast: Bool
    }

    /// A file that is being written.
    private struct OpenFile {
        let name: String
        let bytes: any ByteSource
        let size: Int
        var remaining: Int
    }

    private let tar: TarWriter
    private let time: Int64
    private let selected: String?
    private var entries: ArraySlice<LayerEntry>
    /// What was written so far, as ``LayerReader`` finds it.
    private var written = LayerReader.Contents()
    private var file: OpenFile?
    private var hasher = DigestHasher()
    private var pending: [UInt8] = []
    private var window: ArraySlice<UInt8> = []
    private var isFinished = false

    /// The gzip checksum of all blocks returned so far.
    private(set) var checksum: UInt32 = 0

    /// The size of all blocks returned so far, in bytes.
    var byteCount: Int { hasher.byteCount }

    /// Starts a tar; entries whose last name component is the selected name are listed in ``contents``.
    init(_ entries: [LayerEntry], selecting selected: String? = nil, time: Int64) throws(Failure) {
        self.entries = entries[...]
        self.selected = selected
        self.time = time
        try ArchiveLibrary.shared.require()
        tar = try Self.translating { () throws(ArchiveError) in try TarWriter() }
    }

    /// Returns the next block; `nil` after the last one.
    func nextBlock() throws(Failure) -> Block? {
        // Reads one byte more than a block to detect the last block.
        while pending.count <= Deflater.blockSize, !isFinished { try fill() }
        guard !pending.isEmpty else { return nil }
        let bytes = Array(pending.prefix(Deflater.blockSize))
        pending.removeFirst(bytes.count)
        let block = Block(bytes: bytes, window: window, isLast: pending.isEmpty)
        window = bytes.suffix(Deflater.windowSize)
        bytes.withUnsafeBytes { hasher.update($0) }
        checksum = GzipMember.checksum(checksum, over: bytes)
        return block
    }

    /// The digest of all blocks returned so far; after the last one, the diffID.
    var digest: Digest { hasher.digest() }

    /// The contents of the tar without a compression, after the last block.
    var contents: LayerReader.Contents {
        var contents = written
        // A tar without entries is one, too.
        contents.content = .tar
        contents.diffID = digest
        contents.unpackedSize = byteCount
        return contents
    }

    /// Writes a piece of the open file, the header of the next entry, or the end of the tar.
    private func fill() throws(Failure) {
        if let open = file {
            file = try writePiece(of: open)
        } else if let entry = entries.popFirst() {
            file = try begin(entry)
        } else {
            try Self.translating { () throws(ArchiveError) in try tar.finish() }
            isFinished = true
        }
        pending += tar.takeOutput()
    }

    /// Writes an entry's header and opens a regular file.
    private func begin(_ entry: LayerEntry) throws(Failure) -> OpenFile? {
        guard let (bytes, size) = try entry.content.opened() else {
            try Self.translating { () throws(ArchiveError) in
                try tar.write(folder: entry.name, permissions: entry.permissions, time: time)
            }
            note(TarReader.Entry(name: entry.name + "/", kind: .folder, size: 0, link: nil))
            return nil
        }
        try Self.translating { () throws(ArchiveError) in
            try tar.begin(file: entry.name, size: size, permissions: entry.permissions, time: time)
        }
        note(TarReader.Entry(name: entry.name, kind: .file, size: size, link: nil))
        return OpenFile(name: entry.name, bytes: bytes, size: size, remaining: size)
    }

    private func note(_ entry: TarReader.Entry) {
        let isSelected = selected.map { entry.baseName == $0 } ?? false
        if written.add(entry, isSelected: isSelected) { written.addMatch(entry) }
    }

    /// Writes the next bytes of a file and returns it with the remaining size; `nil` at its end.
    private func writePiece(of file: OpenFile) throws(Failure) -> OpenFile? {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: Deflater.blockSize, alignment: 16)
        defer { buffer.deallocate() }
        let count = try file.bytes.read(into: buffer)
        guard count <= file.remaining else { throw Self.changed(file.name, "more") }
        guard count > 0 else {
            guard file.remaining == 0 else { throw Self.changed(file.name, "fewer") }
            try Self.translating { () throws(ArchiveError) in try tar.endFile() }
            return nil
        }
        try Self.translating { () throws(ArchiveError) in
            try tar.write(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
        }
        var rest = file
        rest.remaining -= count
        Work.report(.packing, file.name, bytes: file.size - rest.remaining, of: file.size)
        return rest
    }

    private static func changed(_ name: String, _ what: String) -> Failure {
        Failure(
            .fileUnreadable,
            "\(name) changed while it was read",
            why: "it now has \(what) bytes than before",
            try: ["wait until the compiler has finished, then build again"]
        )
    }

    private static func translating<Value>(_ body: () throws(ArchiveError) -> Value) throws(Failure) -> Value
    {
        do throws(ArchiveError) {
            return try body()
        } catch {
            throw Failure(
                .internalError,
                "the layer's tar cannot be written",
                why: error.description,
                cause: error
            )
        }
    }
}
