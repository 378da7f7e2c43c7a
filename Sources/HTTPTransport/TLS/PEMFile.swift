import SystemPackage

/// A reader of small files for TLS: authorities, certificates and keys.
enum PEMFile {
    /// The largest file that is read, in bytes: 4 MiB; the system's file of authorities has about 220 KB.
    private static let sizeLimit = 4 * 1024 * 1024

    /// Reads a whole file; throws `Errno.fileTooLarge` for a file over the limit.
    static func read(_ path: FilePath) throws -> [UInt8] {
        let file = try FileDescriptor.open(path, .readOnly, options: .closeOnExec)
        return try file.closeAfter {
            var content: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 64 * 1024)
            while case let count = try chunk.withUnsafeMutableBytes({ try file.read(into: $0) }), count > 0 {
                content += chunk[..<count]
                guard content.count <= sizeLimit else { throw Errno.fileTooLarge }
            }
            return content
        }
    }
}
