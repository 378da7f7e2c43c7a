package import Diagnostics
package import OCI
package import ProxyWasm

/// Somebody who fetches images and loads what is in them, by rules of its own.
///
/// One more consumer is one more value of a type in this folder and its place in ``Consumers/all``.
package protocol Consumer: Sendable {
    /// What `--for` calls it, for example `istio`.
    var name: String { get }
    /// The proxy in which it runs modules; `nil` for one that runs none itself.
    var host: ProxyHost? { get }
    /// What it will say of an image, worst first is not promised: in the order in which it looks.
    ///
    /// - Parameters:
    ///   - image: the image, looked into.
    ///   - name: what it is called in its registry; `nil` for one that is in none.
    ///   - limit: how much of an unpacked layer it reads, in bytes.
    /// - Returns: nothing for an image that it takes without a word.
    func findings(on image: ImageInspection, named name: Reference?, limit: Int) -> [Finding]
}

/// The consumers whose rules are known.
package enum Consumers {
    /// All of them, in the order in which they are shown.
    package static let all: [any Consumer] = [MeshAgent.istio, EnvoyGateway(), MeshAgent.higress, Wkg()]

    /// Those that load modules into a proxy: what is asked when nobody says which.
    package static var proxies: [any Consumer] { all.filter { $0.host != nil } }

    /// The consumers for whom an image of a format is made.
    package static func intended(for format: ImageFormat) -> [any Consumer] {
        format == .wasm ? all.filter { $0.host == nil } : proxies
    }
}
