package import OCI

extension LayerReader {
    /// How a layer is packed.
    package enum Compression: String, Sendable, CaseIterable {
        case none
        /// RFC 1952.
        case gzip
        /// RFC 8878.
        case zstd
    }

    /// What a layer unpacks to.
    package enum Content: String, Sendable, CaseIterable {
        case tar
        /// A WebAssembly module or component as it is.
        case module
        case other
    }

    /// What was in a layer, as far as it was read.
    package struct Contents: Sendable, Hashable {
        /// How the layer is packed, as its first bytes tell.
        package var compression = Compression.none
        /// What it unpacks to, as the first bytes of that tell.
        package var content = Content.other
        /// The digest of what it unpacks to, the diffID of a tar; `nil` when the end was not reached.
        package var diffID: Digest?
        /// The size of what it unpacks to, in bytes.
        package var unpackedSize = 0
        /// The first entries of a tar, as many as are worth showing.
        package var entries: [TarReader.Entry] = []
        /// How many entries a tar has.
        package var entryCount = 0
        /// The first entry with the name looked for, whatever kind it is: the one that proxies take.
        package var firstNamed: TarReader.Entry?
        /// The first regular files with the name looked for; the very first one was handed on.
        package var matches: [TarReader.Entry] = []

        /// What it is, in words: `a tar packed with gzip`.
        package var described: String {
            let what =
                switch content {
                case .tar: "a tar"
                case .module: "a bare module"
                case .other: "neither a tar nor a module"
                }
            return compression == .none
                ? "\(what) that is not compressed" : "\(what) packed with \(compression)"
        }

        /// Nothing as yet.
        package init() {}
    }

    /// Which file of a tar is handed on.
    package enum Selection: Sendable {
        /// The first regular file whose name ends in this part.
        case named(String)
        /// The entry at this place, counted from 0, if it is a regular file.
        case entry(Int)
        case none
    }
}
