import Archive
public import OCI

/// What goes into an image besides the module.
public struct ImageOptions: Sendable {
    /// The manifest's annotations.
    public var annotations: Annotations
    /// The config's labels.
    public var labels: [String: String]
    /// The moment that the image carries.
    public var created: Timestamp
    /// How hard to compress: 1 (fast) to 9 (small).
    public var compressionLevel: Int

    /// The level used when nobody asks for another one.
    public static let defaultCompressionLevel = LayerWriter.defaultCompressionLevel

    /// Describes an image; only what differs from the defaults has to be named.
    public init(
        annotations: Annotations = [:],
        labels: [String: String] = [:],
        created: Timestamp = .epoch,
        compressionLevel: Int = defaultCompressionLevel
    ) {
        self.annotations = annotations
        self.labels = labels
        self.created = created
        self.compressionLevel = compressionLevel
    }
}
