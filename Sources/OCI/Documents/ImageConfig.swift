/// An image configuration (image spec, "Image Configuration").
///
/// Readers need only the diffIDs; whatever else others wrote is optional here.
package struct ImageConfig: Hashable, Sendable, Codable {
    /// The largest config this client reads, in bytes: 4 MiB, as of a manifest.
    package static let sizeLimit = 4 * 1024 * 1024

    /// One step of how the image was made.
    package struct History: Hashable, Sendable, Codable {
        /// When, as RFC 3339.
        package let created: String?
        /// By which instruction.
        package let createdBy: String?
        /// A remark.
        package let comment: String?
        /// `true` for a step that made no layer; else left out.
        package let emptyLayer: Bool?

        enum CodingKeys: String, CodingKey {
            case created, comment
            case createdBy = "created_by"
            case emptyLayer = "empty_layer"
        }

        /// Describes one step.
        package init(created: String, createdBy: String, comment: String, makesLayer: Bool = true) {
            self.created = created
            self.createdBy = createdBy
            self.comment = comment
            emptyLayer = makesLayer ? nil : true
        }
    }

    /// The layers by the digests of their uncompressed tars.
    package struct RootFilesystem: Hashable, Sendable, Codable {
        /// Always `layers`.
        package let type: String
        /// The diffIDs, lowest layer first.
        package let diffIDs: [Digest]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }

        /// Lists layers.
        package init(diffIDs: [Digest]) {
            type = "layers"
            self.diffIDs = diffIDs
        }
    }

    /// The processor it runs on.
    package let architecture: String?
    /// The operating system it runs on.
    package let os: String?
    /// When it was made, as RFC 3339.
    package let created: String?
    /// Who made it.
    package let author: String?
    /// The process settings.
    package let config: Execution?
    /// How it was made.
    package let history: [History]?
    /// The layers by diffID; missing in configs that are not of an ordinary image.
    package let rootfs: RootFilesystem?

    /// Describes an ordinary image.
    package init(
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
