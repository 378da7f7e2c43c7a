package import OCI

extension LayerReader {
    /// The compression of a layer.
    package enum Compression: String, Sendable, CaseIterable {
        case none
        /// RFC 1952.
        case gzip
        /// RFC 8878.
        case zstd
    }

    /// The kind of a layer's uncompressed content.
    package enum Content: String, Sendable, CaseIterable {
        case tar
        /// A bare WebAssembly module or component.
        case module
        case other
    }

    /// The contents of a layer, as far as it was read.
    package struct Contents: Sendable, Hashable {
        /// The compression, detected from the first bytes.
        package var compression = Compression.none
        /// The kind of the uncompressed content, detected from its first bytes.
        package var content = Content.other
        /// The digest of the uncompressed content, which is the diffID of a tar; `nil` if the end was not reached.
        package var diffID: Digest?
        /// The size of the uncompressed content, in bytes.
        package var unpackedSize = 0
        /// The first 100 entries of a tar; entries with very long names are omitted.
        package var entries: [TarReader.Entry] = []
        /// The number of entries of a tar.
        package var entryCount = 0
        /// The first selected entry of any kind, which proxies load.
        package var firstNamed: TarReader.Entry?
        /// The selected regular files, at most 100; the first one was extracted.
        package var matches: [TarReader.Entry] = []

        /// A description for messages, for example `a tar compressed with gzip`.
        package var described: String {
            let what =
                switch content {
                case .tar: "a tar"
                case .module: "a bare module"
                case .other: "neither a tar nor a module"
                }
            return compression == .none
                ? "\(what), not compressed" : "\(what), compressed with \(compression)"
        }

        /// Creates empty contents.
        package init() {}

        /// The maximum number of entries to keep; a hostile layer may have hundreds of thousands.
        private static let shownEntries = 100
        /// The maximum length of a name to keep, in bytes: Linux's `PATH_MAX`.
        ///
        /// A tar allows names of up to a megabyte.
        private static let shownNameLength = 4096

        /// Adds the next entry of a tar, which may be selected.
        ///
        /// Returns whether it is a selected regular file, which ``addMatch(_:)`` adds.
        mutating func add(_ entry: TarReader.Entry, isSelected: Bool) -> Bool {
            content = .tar
            entryCount += 1
            if Self.isShown(entry), entries.count < Self.shownEntries { entries.append(entry) }
            guard isSelected else { return false }
            if firstNamed == nil { firstNamed = entry }
            return entry.isRegularFile
        }

        /// Adds a selected regular file.
        mutating func addMatch(_ entry: TarReader.Entry) {
            let isKept = Self.isShown(entry) && matches.count < Self.shownEntries
            if isKept || matches.isEmpty { matches.append(entry) }
        }

        private static func isShown(_ entry: TarReader.Entry) -> Bool {
            entry.name.utf8.count <= shownNameLength
        }
    }

    /// The file of a tar to extract.
    package enum Selection: Sendable {
        /// The first regular file whose last name component is this one.
        case named(String)
        /// The entry at this index, if it is a regular file.
        case entry(Int)
        case none
    }
}
