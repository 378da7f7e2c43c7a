import CCurl
import SystemPackage

/// The certificate authorities that a transport trusts: for all servers, and additional ones for one server.
struct Authorities: Sendable {
    /// The user's authorities; `nil` without any.
    private let added: [UInt8]?
    /// The authorities for one server.
    private let servers: [UInt8]
    private let server: Origin?
    /// What replaces the system's file, if there is one.
    private let file: [UInt8]?
    /// The folder of authorities that replaces the system's, if there is one.
    private let folder: String?

    /// Reads the files that the user named; those of the system are read for the first request that uses TLS.
    init(_ options: TLSOptions) throws(TransferError) {
        folder = options.systemAuthorityFolder
        server = options.server?.origin
        file = try options.systemAuthorityFile?.certificates()
        added = try options.authorityFile?.certificates()
        var servers: [UInt8] = []
        for file in options.server?.authorityFiles ?? [] {
            servers += [.lineFeed] + (try file.certificates())
        }
        self.servers = servers
    }

    func apply(to easy: borrowing EasyHandle, for origin: Origin) throws(TransferError) {
        let system = try SystemAuthorities.current.get()
        let usesFolder = folder == nil && file == nil && system.isFolderComplete
        // The user's authorities also work on a machine that has no others.
        let base = file ?? (usesFolder ? nil : system.file) ?? []
        let all = base + [.lineFeed] + (added ?? [])
        let differs = added != nil || file != nil || folder != nil
        // With the name of a missing file, libcurl rejects every connection, also to a server that does not use TLS.
        if system.file == nil {
            try easy.set(CURLOPT_CAINFO, to: nil)
            try easy.set(CURLOPT_PROXY_CAINFO, to: nil)
        }
        if let folder { try easy.set(CURLOPT_CAPATH, to: folder) }
        // libcurl accepts one file and one folder, and a folder must be indexed by `openssl rehash`, so added
        // authorities are one blob.
        if differs { try easy.set(CURLOPT_PROXY_CAINFO_BLOB, toCopyOf: all) }
        if origin == server, !servers.isEmpty {
            try easy.set(CURLOPT_CAINFO_BLOB, toCopyOf: all + servers)
        } else if differs {
            try easy.set(CURLOPT_CAINFO_BLOB, toCopyOf: all)
        } else if usesFolder {
            try easy.set(CURLOPT_CAINFO, to: nil)
        } else if system.file != nil {
            // libcurl keeps a parsed file for later connections, but only without a folder.
            try easy.set(CURLOPT_CAPATH, to: nil)
        }
    }
}

extension UInt8 {
    fileprivate static let lineFeed = UInt8(ascii: "\n")
}
