package import ProxyWasm

/// A consumer, and the release of it that is meant.
package struct ConsumerRelease: Sendable {
    package let consumer: any Consumer
    /// The release of its Envoy; `nil` if it is not known.
    package let release: EnvoyRelease?
    /// The name in messages, with the version that was asked for: `istio`, `istio@1.29`.
    package let name: String
    /// The version that was asked for, for example `1.29`; `nil` for none.
    package let version: String?

    /// - Parameters:
    ///   - consumer: the consumer.
    ///   - release: the release of its Envoy; `nil` if it is not known.
    ///   - version: the version of the consumer as it was asked for, for example `1.29`; `nil` for none.
    package init(_ consumer: any Consumer, _ release: EnvoyRelease?, version: String? = nil) {
        self.consumer = consumer
        self.release = release
        self.version = version
        name = consumer.name + (version.map { "@\($0)" } ?? "")
    }
}
