import CCurl
import Diagnostics
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
/// OpenSSL parses the whole file for the first connection, which takes about 18 ms. In an indexed folder, it reads only the
/// certificates that it needs. The file decides which are trusted: the folder is used only if it has the same certificates.
struct SystemAuthorities: Sendable {
    /// The content of the file; `nil` without a file that can be read.
    let file: [UInt8]?
    /// Whether OpenSSL finds each certificate of the file, and no others, in the folder.
    let isFolderComplete: Bool
    /// Whether the system has no authorities: neither a file nor an indexed folder.
    let isEmpty: Bool

    /// The defaults of libcurl, found by the first use.
    static let current = Result { () throws(TransferError) in
        let easy = try EasyHandle()
        return SystemAuthorities(
            file: easy.text(CURLINFO_CAINFO).map { FilePath($0) },
            folder: LibraryVersions.tls.contains("OpenSSL")
                ? easy.text(CURLINFO_CAPATH).map { FilePath($0) } : nil
        )
    }

    init(file: FilePath?, folder: FilePath?) {
        self.file = file.flatMap { try? PEMFile.read($0) }
        guard let content = self.file else {
            isFolderComplete = false
            isEmpty = folder.flatMap { Self.indexed(in: $0) }?.isEmpty ?? true
            return
        }
        isEmpty = false
        let trusted = content.withUnsafeBytes { CertificateMark.all(in: $0) }
        isFolderComplete = !trusted.isEmpty && folder.flatMap { Self.indexed(in: $0) } == trusted
    }

    /// Returns the certificates that `openssl rehash` indexed; `nil` if one cannot be read.
    private static func indexed(in folder: FilePath) -> Set<CertificateMark>? {
        guard let entries = folder.withPlatformString({ opendir($0) }) else { return nil }
        defer { closedir(entries) }
        var found: Set<CertificateMark> = []
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 1)
        defer { buffer.deallocate() }
        while let entry = readdir(entries) {
            let opened = withUnsafePointer(to: &entry.pointee.d_name) {
                $0.withMemoryRebound(to: CChar.self, capacity: MemoryLayout.size(ofValue: $0.pointee)) {
                    isIndexed(String(cString: $0)) ? openat(dirfd(entries), $0, O_RDONLY | O_CLOEXEC) : nil
                }
            }
            guard let opened else { continue }
            let file = FileDescriptor(rawValue: opened)
            guard opened >= 0, let count = try? file.closeAfter({ try file.read(into: buffer) }),
                count < buffer.count
            else { return nil }
            found.formUnion(CertificateMark.all(in: UnsafeRawBufferPointer(rebasing: buffer[..<count])))
        }
        return found
    }

    /// Whether OpenSSL looks for files of this name: eight hexadecimal digits, a point and a number.
    private static func isIndexed(_ name: String) -> Bool {
        let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return parts.count == 2 && parts[0].count == 8 && !parts[1].isEmpty
            && parts[0].allSatisfy(\.isLowercaseHexadecimal) && parts[1].allSatisfy(\.isDigit)
    }
}

/// What tells one certificate from another: the length of its text, the begin, with the serial number, and the end, with the
/// signature.
struct CertificateMark: Hashable {
    static let begin = "-----BEGIN CERTIFICATE-----"
    private static let end = "-----END CERTIFICATE-----"
    private static let kept = 130

    private let length: Int
    private let ends: [UInt8]

    /// Returns the certificates of a PEM file.
    static func all(in file: UnsafeRawBufferPointer) -> Set<CertificateMark> {
        var found: Set<CertificateMark> = []
        // strstr needs an end.
        (Array(file) + [0]).withUnsafeBytes { text in
            var rest = text.baseAddress?.assumingMemoryBound(to: CChar.self)
            while let here = rest, let start = strstr(here, begin), let stop = strstr(start, end) {
                let body = UnsafeRawBufferPointer(start: start, count: stop - start).dropFirst(
                    begin.utf8.count
                )
                found.insert(
                    CertificateMark(
                        length: body.count,
                        ends: Array(body.prefix(kept)) + Array(body.suffix(kept))
                    )
                )
                rest = UnsafePointer(stop)
            }
        }
        return found
    }
}
