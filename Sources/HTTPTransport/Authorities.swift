import CCurl
import SystemPackage

/// The certificate authorities that a transport trusts.
struct Authorities: Sendable {
    /// The largest file of authorities that is read: 4 MiB; the system's own has about 220 KB.
    private static let sizeLimit = 4 * 1024 * 1024

    /// The system's authorities and the user's in one, if the user has some.
    private let bundle: [UInt8]?
    /// Whether the system has all of its authorities in one file.
    private let systemHasFile: Bool

    init(_ options: TLSOptions) throws(TransferError) {
        let systemFile = try EasyHandle().text(CURLINFO_CAINFO)
        systemHasFile = systemFile != nil
        guard let path = options.authorityFile else {
            bundle = nil
            return
        }
        let own: [UInt8]
        do {
            own = try Self.read(path)
        } catch {
            throw TransferError(.authorityFileUnusable, "\"\(path)\" cannot be read: \(error)")
        }
        guard String(decoding: own, as: UTF8.self).contains("-----BEGIN CERTIFICATE-----") else {
            throw TransferError(.authorityFileUnusable, "\"\(path)\" holds no PEM certificate")
        }
        // A machine without authorities of its own is no reason to distrust the user's.
        let system = systemFile.flatMap { try? Self.read(FilePath($0)) } ?? []
        bundle = system + [UInt8(ascii: "\n")] + own
    }

    func apply(to easy: borrowing EasyHandle) throws(TransferError) {
        if let bundle {
            // libcurl has one file and one folder; a folder must be indexed by `openssl rehash`. So: one blob.
            try easy.set(CURLOPT_CAINFO_BLOB, toCopyOf: bundle)
        } else if systemHasFile {
            // The folder holds the same, and only without it does libcurl keep the parsed file for the next
            // connection, which saves about 18 ms each time.
            try easy.set(CURLOPT_CAPATH, to: nil)
        }
    }

    private static func read(_ path: FilePath) throws -> [UInt8] {
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
