import Diagnostics
import HTTPTransport
import OCI
import Synchronization

/// The origin and the address at which a registry was reached.
final class RegistryConnectionState: Sendable {
    private let endpoint: RegistryEndpoint
    /// The index of the endpoint's origin in use.
    private let position = Mutex(0)
    /// The origins that have answered: the registry's and those it refers to.
    private let origins = Mutex<Set<Origin>>([])
    /// The IP address at which the registry was reached.
    private let address = Mutex<String?>(nil)

    init(_ endpoint: RegistryEndpoint) { self.endpoint = endpoint }

    /// The registry's origin in use.
    var origin: Origin { endpoint.origins[position.withLock { $0 }] }

    /// The policy for URLs that the registry names.
    var policy: URLPolicy { URLPolicy(registry: origin, address: address.withLock { $0 }) }

    /// Records the address at which the registry was reached.
    ///
    /// A registry once reached at a public address stays classified as public (DNS rebinding).
    func recordAddress(_ address: String) {
        self.address.withLock { known in
            if let known, IPAddress.privacy(ofHost: known) >= IPAddress.privacy(ofHost: address) { return }
            known = address
        }
    }

    /// Records that an origin has answered, so that requests to it no longer fall back to another origin.
    func recordAnswer(of origin: Origin) { origins.withLock { _ = $0.insert(origin) } }

    /// Returns whether an origin has answered: a later connection failure may be temporary.
    func hasAnswered(_ origin: Origin) -> Bool { origins.withLock { $0.contains(origin) } }

    /// Switches to the next origin; returns whether an origin other than the failed one is in use now.
    ///
    /// Never after a TLS answer: a later plain-HTTP answer may be a downgrade attack.
    func fallBack(from used: Origin, _ events: any EventSink) -> Bool {
        position.withLock { position in
            guard endpoint.origins[position] == used else { return true }
            guard position + 1 < endpoint.origins.count, !hasAnswered(used) else { return false }
            position += 1
            events.record(.note("using plain HTTP for \(endpoint.registry) (loopback)"))
            return true
        }
    }
}
