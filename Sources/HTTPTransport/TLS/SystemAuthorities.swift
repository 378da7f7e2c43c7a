import CCurl
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The certificate authorities of the system: libcurl's defaults, a file and a folder with the same certificates.
///
/// OpenSSL parses the whole file for the first connection, which takes about 18 ms, but reads from an indexed folder only the
/// certificates that it needs. The file counts: it may have certificates that somebody appended or removed by hand.
struct SystemAuthorities: Sendable {
    /// The content of the file; `nil` without a file that can be read.
    let file: [UInt8]?
    /// Whether OpenSSL finds each certificate of the file, and no others, in the folder.
    let isFolderComplete: Bool

    /// Finds the defaults of libcurl.
    init() throws(TransferError) {
        let easy = try EasyHandle()
        self.init(
            file: easy.text(CURLINFO_CAINFO).map { FilePath($0) },
            folder: LibraryVersions.tls.contains("OpenSSL")
                ? easy.text(CURLINFO_CAPATH).map { FilePath($0) } : nil
        )
    }

    init(file: FilePath?, folder: FilePath?) {
        self.file = file.flatMap { try? PEMFile.read($0) }
        let count = self.file.map(Self.certificateCount) ?? 0
        isFolderComplete = count > 0 && folder.flatMap(Self.indexedCount) == count
    }

    private static let mark = "-----BEGIN CERTIFICATE-----"

    private static func certificateCount(in file: [UInt8]) -> Int {
        (file + [0]).withUnsafeBytes { text in
            var (count, rest) = (0, text.baseAddress?.assumingMemoryBound(to: CChar.self))
            while let start = rest, let found = strstr(start, mark) {
                count += 1
                rest = UnsafePointer(found) + mark.utf8.count
            }
            return count
        }
    }

    /// The number of certificates that `openssl rehash` indexed: eight hexadecimal digits, a point and a number.
    private static func indexedCount(in folder: FilePath) -> Int? {
        guard let entries = folder.withPlatformString({ opendir($0) }) else { return nil }
        defer { closedir(entries) }
        var count = 0
        while let entry = readdir(entries) {
            let parts = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                    String(cString: $0)
                }
            }.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
            guard parts.count == 2, parts[0].count == 8, !parts[1].isEmpty else { continue }
            let isIndexed = parts[0].allSatisfy(\.isLowercaseHexadecimal) && parts[1].allSatisfy(\.isDigit)
            count += isIndexed ? 1 : 0
        }
        return count
    }
}

extension UInt8 {
    fileprivate var isLowercaseHexadecimal: Bool {
        isDigit || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(self)
    }
}
