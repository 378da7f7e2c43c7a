package import Diagnostics
package import OCI
package import ProxyWasm

/// A program that fetches images and loads their modules, such as Istio.
///
/// To add a consumer, add a value of a type in this folder to ``Consumers/all``.
package protocol Consumer: Sendable {
    /// The name for `--for`, for example `istio`.
    var name: String { get }
    /// The proxy that runs its modules; `nil` for a consumer that does not run modules.
    var host: ProxyHost? { get }
    /// Returns the findings about an image, in the order in which the consumer checks it.
    ///
    /// - Parameters:
    ///   - image: the inspected image.
    ///   - name: its name in its registry; `nil` for an image that is not in a registry.
    ///   - limit: the maximum size of an unpacked layer, in bytes.
    /// - Returns: the findings; empty for an image that it accepts without remarks.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding]
}

/// The supported consumers.
package enum Consumers {
    /// All consumers, in the order in which they are shown.
    package static let all: [any Consumer] = meshes + [PlainEnvoy(), Wkg()]

    private static let meshes: [any Consumer] = [MeshAgent.istio, EnvoyGateway(), MeshAgent.higress]

    /// The consumers that pull images and load their modules into a proxy, which are the default.
    package static var proxies: [any Consumer] { meshes }

    /// Returns the intended consumers of a format.
    package static func intended(for format: ImageFormat) -> [any Consumer] {
        format == .wasm ? all.filter { $0.host == nil } : proxies
    }
}
