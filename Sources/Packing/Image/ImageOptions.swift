import Archive
package import OCI

/// What goes into an image besides the module.
package struct ImageOptions: Sendable {
    /// The image's shape.
    package var format: ImageFormat
    /// The manifest's annotations.
    package var annotations: Annotations
    /// The config's labels.
    package var labels: [String: String]
    /// The moment that the image carries.
    package var created: Timestamp
    /// How hard to compress: 1 (fast) to 9 (small).
    package var compressionLevel: Int
    /// The config of an artifact, instead of the one that is made from the module.
    package var runtimeConfig: RuntimeConfig?

    /// The level used when nobody asks for another one.
    package static let defaultCompressionLevel = LayerWriter.defaultCompressionLevel

    /// Describes an image; only what differs from the defaults has to be named.
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
