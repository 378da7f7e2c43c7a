import Archive
import Diagnostics
import HostSystem
package import SystemPackage

/// What a regular file is, by its bytes; by its name only if the bytes say nothing.
package enum FileKind: Sendable {
    /// A module, or a file that is not known to be anything else.
    case module
    /// An archive of images, perhaps compressed.
    case archive

    /// Reads the start of a file; a file that cannot be read is judged by its name.
    package init(of path: FilePath) {
        self = Self.told(by: path) ?? (Self.isArchive(named: path.string) ? .archive : .module)
    }

    /// Returns whether a file begins as a WebAssembly module or component does; `false` if it cannot be read.
    package static func isModule(_ path: FilePath) -> Bool {
        (try? FileSource(opening: path).read(at: 0, count: MagicNumber.wasm.count)) == MagicNumber.wasm
    }

    /// Returns whether a file of this name, which need not exist, would be an archive.
    package static func isArchive(named name: String) -> Bool {
        let name = name.lowercased()
        return [".tar", ".tar.gz", ".tgz", ".tar.zst"].contains { name.hasSuffix($0) }
    }

    private static func told(by path: FilePath) -> FileKind? {
        guard let source = try? FileSource(opening: path),
            let start = try? source.read(at: 0, count: ArchiveMagic.length)
        else { return nil }
        if let kind = FileKind(start) { return kind }
        // Not readable, but never a module: the archive's reader says so.
        if ArchiveMagic.Unsupported(of: start) != nil { return .archive }
        guard let unpacked = try? LayerReader.Compression(of: start).unpacked(source), unpacked !== source
        else {
            return nil
        }
        return FileKind(unpacked.start(of: ArchiveMagic.length))
    }

    private init?(_ start: [UInt8]) {
        if start.starts(with: MagicNumber.wasm) {
            self = .module
        } else if ArchiveMagic.isTar(start) {
            self = .archive
        } else {
            return nil
        }
    }
}

extension ByteSource {
    /// Returns the first bytes, fewer at the end or at an error.
    fileprivate func start(of count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let piece = try? [UInt8](unsafeUninitializedCapacity: count - bytes.count) { buffer, length in
                length = try read(into: UnsafeMutableRawBufferPointer(buffer))
            }
            guard let piece, !piece.isEmpty else { break }
            bytes += piece
        }
        return bytes
    }
}
