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
    /// Which of the system's two copies of the same authorities is not used, unless there is a bundle.
    private let unused: CURLoption?

    init(_ options: TLSOptions) throws(TransferError) {
        folder = options.systemAuthorityFolder
        server = options.server?.origin
        let system = try SystemAuthorities()
        let usesFolder = folder == nil && options.systemAuthorityFile == nil && system.isFolderComplete
        let added = try options.authorityFile?.certificates()
        var servers: [UInt8] = []
        for file in options.server?.authorityFiles ?? [] {
            servers += [.lineFeed] + (try file.certificates())
        }
        // The user's authorities also work on a machine that has no others.
        let base = try options.systemAuthorityFile?.certificates() ?? (usesFolder ? nil : system.file)
        let all = (base ?? []) + [.lineFeed] + (added ?? [])
        let differs = added != nil || options.systemAuthorityFile != nil || folder != nil
        bundle = differs ? all : nil
        serverBundle = servers.isEmpty ? nil : all + servers
        // libcurl keeps a parsed file for later connections, but only without a folder.
        unused = usesFolder ? CURLOPT_CAINFO : system.file == nil ? nil : CURLOPT_CAPATH
    }

    func apply(to easy: borrowing EasyHandle, for origin: Origin) throws(TransferError) {
        if let folder { try easy.set(CURLOPT_CAPATH, to: folder) }
        // libcurl accepts one file and one folder, and a folder must be indexed by `openssl rehash`, so added
        // authorities are one blob.
        if let bundle { try easy.set(CURLOPT_PROXY_CAINFO_BLOB, toCopyOf: bundle) }
        if let bundle = origin == server ? serverBundle ?? bundle : bundle {
            try easy.set(CURLOPT_CAINFO_BLOB, toCopyOf: bundle)
        } else if let unused {
            try easy.set(unused, to: nil)
        }
    }
}

extension UInt8 {
    fileprivate static let lineFeed = UInt8(ascii: "\n")
}
