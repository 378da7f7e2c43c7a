/// An image configuration (image spec, "Image Configuration").
///
/// Readers need only the diffIDs; whatever else others wrote is optional here.
public struct ImageConfig: Hashable, Sendable, Codable {
    /// The largest config this client reads, in bytes: 4 MiB, as of a manifest.
    public static let sizeLimit = 4 * 1024 * 1024

    /// One step of how the image was made.
    public struct History: Hashable, Sendable, Codable {
        /// When, as RFC 3339.
        public let created: String?
        /// By which instruction.
        public let createdBy: String?
        /// A remark.
        public let comment: String?
        /// `true` for a step that made no layer; else left out.
        public let emptyLayer: Bool?

        enum CodingKeys: String, CodingKey {
            case created, comment
            case createdBy = "created_by"
            case emptyLayer = "empty_layer"
        }

        /// Describes one step.
        public init(created: String, createdBy: String, comment: String, makesLayer: Bool = true) {
            self.created = created
            self.createdBy = createdBy
            self.comment = comment
            emptyLayer = makesLayer ? nil : true
        }
    }

    /// The layers by the digests of their uncompressed tars.
    public struct RootFilesystem: Hashable, Sendable, Codable {
        /// Always `layers`.
        public let type: String
        /// The diffIDs, lowest layer first.
        public let diffIDs: [Digest]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }

        /// Lists layers.
        public init(diffIDs: [Digest]) {
            type = "layers"
            self.diffIDs = diffIDs
        }
    }

    /// The processor it runs on.
    public let architecture: String?
    /// The operating system it runs on.
    public let os: String?
    /// When it was made, as RFC 3339.
    public let created: String?
    /// Who made it.
    public let author: String?
    /// The process settings.
    public let config: Execution?
    /// How it was made.
    public let history: [History]?
    /// The layers by diffID; missing in configs that are not of an ordinary image.
    public let rootfs: RootFilesystem?

    /// Describes an ordinary image.
    public init(
        platform: Platform,
        created: String,
        author: String? = nil,
        config: Execution,
        history: [History],
        rootfs: RootFilesystem
    ) {
        architecture = platform.architecture
        os = platform.os
        self.created = created
        self.author = author
        self.config = config
        self.history = history
        self.rootfs = rootfs
    }
}
