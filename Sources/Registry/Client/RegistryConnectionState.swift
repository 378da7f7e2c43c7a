import Diagnostics
import HTTPTransport
import OCI
import Synchronization

/// Where a registry is found to be: by which of its endpoint's origins, and at which address.
final class RegistryConnectionState: Sendable {
    private let endpoint: RegistryEndpoint
    /// Which of the endpoint's origins is in use.
    private let position = Mutex(0)
    /// Who has answered: the registry, and where it leads to.
    private let origins = Mutex<Set<Origin>>([])
    /// Where the registry was reached, in numbers.
    private let address = Mutex<String?>(nil)

    init(_ endpoint: RegistryEndpoint) { self.endpoint = endpoint }

    /// The registry as it is dialled now.
    var origin: Origin { endpoint.origins[position.withLock { $0 }] }

    /// The policy for URLs that the registry names.
    var policy: URLPolicy { URLPolicy(registry: origin, address: address.withLock { $0 }) }

    /// Keeps where the registry is; one that was public once stays so, whatever its name stands for later.
    func recordAddress(at address: String) {
        self.address.withLock { known in
            guard known == nil || !IPAddress.isPrivate(host: address) else { return }
            known = address
        }
    }

    /// Keeps that an origin has answered: what it was sent is for it alone from now on.
    func answered(_ origin: Origin) { origins.withLock { _ = $0.insert(origin) } }

    /// Whether an origin has answered: if it cannot be reached now, it may be again.
    func hasAnswered(_ origin: Origin) -> Bool { origins.withLock { $0.contains(origin) } }

    /// Goes on to the next origin, if there is one and nobody has done so yet; whether there is another one now.
    ///
    /// Not from one that has answered: who speaks no TLS any more is somebody else, or wants to be taken for it.
    func fallBack(from used: Origin, _ events: any EventSink) -> Bool {
        position.withLock { position in
            guard endpoint.origins[position] == used else { return true }
            guard position + 1 < endpoint.origins.count, !hasAnswered(used) else { return false }
            position += 1
            events.record(.note("\(endpoint.registry) speaks plain HTTP, which is fine on this machine only"))
            return true
        }
    }
}
