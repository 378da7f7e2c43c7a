/// An image configuration (image spec, "Image Configuration").
///
/// Readers need only the diffIDs; all other members are optional.
package struct ImageConfig: Hashable, Sendable, Codable {
    /// The largest config that this client reads, in bytes: 4 MiB, the same as for a manifest.
    package static let sizeLimit = 4 * 1024 * 1024

    /// One step of an image's build.
    package struct History: Hashable, Sendable, Codable {
        /// When the step ran, as RFC 3339.
        package let created: String?
        /// The instruction of the step.
        package let createdBy: String?
        /// A comment.
        package let comment: String?
        /// `true` for a step that created no layer; otherwise omitted.
        package let emptyLayer: Bool?

        enum CodingKeys: String, CodingKey {
            case created, comment
            case createdBy = "created_by"
            case emptyLayer = "empty_layer"
        }

        /// Creates a step.
        package init(created: String, createdBy: String, comment: String, makesLayer: Bool = true) {
            self.created = created
            self.createdBy = createdBy
            self.comment = comment
            emptyLayer = makesLayer ? nil : true
        }
    }

    /// The digests of the uncompressed layers.
    package struct RootFilesystem: Hashable, Sendable, Codable {
        /// Always `layers`.
        package let type: String
        /// The diffIDs, lowest layer first.
        package let diffIDs: [Digest]

        enum CodingKeys: String, CodingKey {
            case type
            case diffIDs = "diff_ids"
        }

        /// Creates a list of layers.
        package init(diffIDs: [Digest]) {
            type = "layers"
            self.diffIDs = diffIDs
        }
    }

    /// The processor architecture.
    package let architecture: String?
    /// The operating system.
    package let os: String?
    /// When the image was built, as RFC 3339.
    package let created: String?
    /// The author of the image.
    package let author: String?
    /// The process settings.
    package let config: Execution?
    /// The steps of the build.
    package let history: [History]?
    /// The layers by diffID; `nil` in configs of artifacts that are not container images.
    package let rootfs: RootFilesystem?

    /// Creates the config of a container image.
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
