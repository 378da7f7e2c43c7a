import CCurl
import SystemPackage

/// The certificate authorities that a transport trusts: for every server, and for the one that has its own.
struct Authorities: Sendable {
    /// The system's authorities and the user's in one, if the user has some.
    private let bundle: [UInt8]?
    /// The same and those of the one server, if it has some.
    private let serverBundle: [UInt8]?
    private let server: Origin?
    /// The system's folder of authorities, if it is another one than usual.
    private let folder: String?
    /// Whether the system has all of its authorities in one file.
    private let systemHasFile: Bool

    init(_ options: TLSOptions) throws(TransferError) {
        let systemFile = try EasyHandle().text(CURLINFO_CAINFO)
        systemHasFile = systemFile != nil
        folder = options.systemAuthorityFolder
        server = options.server?.origin
        // A machine without authorities of its own is no reason to distrust the user's.
        let system =
            if let file = options.systemAuthorityFile {
                try file.certificates()
            } else {
                systemFile.flatMap { try? PEMFile.read(FilePath($0)) } ?? []
            }
        let own = try options.authorityFile?.certificates()
        var servers: [UInt8] = []
        for file in options.server?.authorityFiles ?? [] {
            servers += [.lineFeed] + (try file.certificates())
        }
        let all = system + [.lineFeed] + (own ?? [])
        let differs = own != nil || options.systemAuthorityFile != nil || folder != nil
        bundle = differs ? all : nil
        serverBundle = servers.isEmpty ? nil : all + servers
    }

    func apply(to easy: borrowing EasyHandle, for origin: Origin) throws(TransferError) {
        if let folder { try easy.set(CURLOPT_CAPATH, to: folder) }
        // libcurl has one file and one folder; a folder must be indexed by `openssl rehash`. So: one blob.
        if let bundle { try easy.set(CURLOPT_PROXY_CAINFO_BLOB, toCopyOf: bundle) }
        if let bundle = origin == server ? serverBundle ?? bundle : bundle {
            try easy.set(CURLOPT_CAINFO_BLOB, toCopyOf: bundle)
        } else if systemHasFile {
            // The folder holds the same, and only without it does libcurl keep the parsed file for the next
            // connection, which saves about 18 ms each time.
            try easy.set(CURLOPT_CAPATH, to: nil)
        }
    }
}

extension UInt8 {
    fileprivate static let lineFeed = UInt8(ascii: "\n")
}
