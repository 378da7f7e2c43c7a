import Archive
package import OCI

/// The properties of an image to build, besides its files.
package struct ImageOptions: Sendable {
    /// The image's format.
    package var format: ImageFormat
    /// The manifest's annotations.
    package var annotations: Annotations
    /// The config's labels.
    package var labels: [String: String]
    /// The creation time of the image.
    package var created: Timestamp
    /// The compression level: 1 (fast) to 9 (small).
    package var compressionLevel: Int
    /// The config of an artifact; `nil` to generate one from the module.
    package var runtimeConfig: RuntimeConfig?

    /// The default compression level.
    package static let defaultCompressionLevel = LayerWriter.defaultCompressionLevel

    /// Creates options; the parameters default to those of the standard image.
    package init(
        format: ImageFormat = .image,
        annotations: Annotations = [:],
        labels: [String: String] = [:],
        created: Timestamp = .epoch,
        compressionLevel: Int = defaultCompressionLevel,
        runtimeConfig: RuntimeConfig? = nil
    ) {
        self.format = format
        self.annotations = annotations
        self.labels = labels
        self.created = created
        self.compressionLevel = compressionLevel
        self.runtimeConfig = runtimeConfig
    }
}
