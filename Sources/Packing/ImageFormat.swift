/// The shapes of image that are written, by the words of `--format`.
public enum ImageFormat: String, Sendable, CaseIterable {
    /// One gzipped tar with one `plugin.wasm`, under OCI's media types: what every proxy takes.
    case image
    /// The same under Docker's media types.
    case docker
    /// solo.io's artifact: a runtime config and the bare module, as two layers.
    case artifact
    /// The CNCF's Wasm artifact: the bare module under `application/wasm`. Proxies refuse it.
    case wasm
}
