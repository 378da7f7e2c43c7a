import CCurl
import SystemPackage

/// The certificate authorities that a transport trusts: for all servers, and additional ones for one server.
struct Authorities: Sendable {
    /// The authorities of the system and the user, if they differ from the system's defaults.
    private let bundle: [UInt8]?
    /// The same authorities and the ones for one server, if it has any.
    private let serverBundle: [UInt8]?
    private let server: Origin?
    /// The folder of authorities that replaces the system's, if there is one.
    private let folder: String?
    /// Whether the system has a file with all of its authorities.
    private let systemHasFile: Bool

    init(_ options: TLSOptions) throws(TransferError) {
        let systemFile = try EasyHandle().text(CURLINFO_CAINFO)
        systemHasFile = systemFile != nil
        folder = options.systemAuthorityFolder
        server = options.server?.origin
        // The user's authorities also work on a machine that has no others.
        let system =
            if let file = options.systemAuthorityFile {
                try file.certificates()
            } else {
                systemFile.flatMap { try? PEMFile.read(FilePath($0)) } ?? []
            }
        let added = try options.authorityFile?.certificates()
        var servers: [UInt8] = []
        for file in options.server?.authorityFiles ?? [] {
            servers += [.lineFeed] + (try file.certificates())
        }
        let all = system + [.lineFeed] + (added ?? [])
        let differs = added != nil || options.systemAuthorityFile != nil || folder != nil
        bundle = differs ? all : nil
        serverBundle = servers.isEmpty ? nil : all + servers
    }

    func apply(to easy: borrowing EasyHandle, for origin: Origin) throws(TransferError) {
        if let folder { try easy.set(CURLOPT_CAPATH, to: folder) }
        // libcurl accepts one file and one folder, and a folder must be indexed by `openssl rehash`, so one
        // blob is used.
        if let bundle { try easy.set(CURLOPT_PROXY_CAINFO_BLOB, toCopyOf: bundle) }
        if let bundle = origin == server ? serverBundle ?? bundle : bundle {
            try easy.set(CURLOPT_CAINFO_BLOB, toCopyOf: bundle)
        } else if systemHasFile {
            // The folder has the same authorities; without it, libcurl reuses the parsed file for later
            // connections, which saves about 18 ms each.
            try easy.set(CURLOPT_CAPATH, to: nil)
        }
    }
}

extension UInt8 {
    fileprivate static let lineFeed = UInt8(ascii: "\n")
}
