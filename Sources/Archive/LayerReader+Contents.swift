public import OCI

extension LayerReader {
    /// How a layer is packed.
    public enum Compression: String, Sendable, CaseIterable {
        case none
        /// RFC 1952.
        case gzip
        /// RFC 8878.
        case zstd
    }

    /// What a layer unpacks to.
    public enum Content: String, Sendable, CaseIterable {
        case tar
        /// A WebAssembly module or component as it is.
        case module
        case other
    }

    /// What was in a layer, as far as it was read.
    public struct Contents: Sendable, Hashable {
        /// How the layer is packed, as its first bytes tell.
        public var compression = Compression.none
        /// What it unpacks to, as the first bytes of that tell.
        public var content = Content.other
        /// The digest of what it unpacks to, the diffID of a tar; `nil` when the end was not reached.
        public var diffID: Digest?
        /// The size of what it unpacks to, in bytes.
        public var unpackedSize = 0
        /// The first entries of a tar, as many as are worth showing.
        public var entries: [TarReader.Entry] = []
        /// How many entries a tar has.
        public var entryCount = 0
        /// The first entry with the name looked for, whatever kind it is: the one that proxies take.
        public var firstNamed: TarReader.Entry?
        /// The first regular files with the name looked for; the very first one was handed on.
        public var matches: [TarReader.Entry] = []

        /// What it is, in words: `a tar packed with gzip`.
        public var described: String {
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
        public init() {}
    }

    /// Which file of a tar is handed on.
    public enum Selection: Sendable {
        /// The first regular file whose name ends in this part.
        case named(String)
        /// The entry at this place, counted from 0, if it is a regular file.
        case entry(Int)
        case none
    }
}
