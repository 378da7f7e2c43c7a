import Diagnostics
import HTTPTransport
import OCI

/// The one judgement of every URL that a peer chose.
///
/// A registry names the token service, the place of an upload, the target of a redirect and the next page of a list. A
/// hostile or broken one may name a service of the local network, or ask for secrets in the clear (registry-client
/// advisories of 2020 to 2026).
struct URLPolicy: Sendable {
    /// What a URL is for.
    enum Role: String, Sendable, CaseIterable {
        case realm = "token service"
        case location = "upload location"
        case redirect = "redirect target"
        case link = "next page"
    }

    /// What can be done about a URL that is refused.
    static let remedies = ["tell who runs the registry, or check that nobody stands in between"]

    /// The registry, as it is dialled.
    let registry: Origin
    /// Whether the registry itself is no service for the public, by its name or by the address that it was reached at.
    let isPrivate: Bool

    /// The policy for a registry; its address is the one that it was reached at, in numbers, if that is known.
    init(registry: Origin, address: String? = nil) {
        self.registry = registry
        isPrivate =
            IPAddress.isPrivate(host: registry.host) || address.map { IPAddress.isPrivate(host: $0) } ?? false
    }

    /// The URL to use, which may have been upgraded to HTTPS; throws ``Failure/Code/addressRefused`` for one that must
    /// not be asked.
    func checked(_ url: HTTPURL, as role: Role) throws(Failure) -> HTTPURL {
        switch role {
        case .link:
            guard url.origin == registry else { throw refused(url, role, "a list stays at its registry") }
            return url
        case .realm, .location, .redirect:
            return try judged(url, role)
        }
    }

    private func judged(_ url: HTTPURL, _ role: Role) throws(Failure) -> HTTPURL {
        if url.origin == registry { return url }
        let isSameHost = url.host == registry.host
        if registry.scheme == .https, url.scheme == .http {
            // A registry behind a TLS proxy often believes that it is spoken to in HTTP.
            guard isSameHost, role == .location else {
                throw refused(url, role, "it is not encrypted, the registry is")
            }
            let isDefault = url.port == HTTPURL.Scheme.http.defaultPort
            return url.with(scheme: .https, port: isDefault ? registry.port : url.port)
        }
        guard isSameHost || !IPAddress.isMetadataService(host: url.host) else {
            throw refused(url, role, "it is where a cloud keeps the secrets of its machines")
        }
        guard isSameHost || isPrivate || !IPAddress.isPrivate(host: url.host) else {
            throw refused(url, role, "it is an address of a private network, the registry is not")
        }
        return url
    }

    /// Whether a URL may be sent the registry's credentials.
    func mayAuthorize(_ url: HTTPURL) -> Bool { url.origin == registry }

    /// Whether a URL that passed may be asked at an address that its name stands for.
    ///
    /// A public name may stand for an address of the local network (CVE-2026-48978): what holds for literals holds for
    /// what is dialled.
    func mayDial(_ address: String, for url: HTTPURL) -> Bool {
        if url.origin == registry { return true }
        return !IPAddress.isMetadataService(host: address)
            && (isPrivate || !IPAddress.isPrivate(host: address))
    }

    private func refused(_ url: HTTPURL, _ role: Role, _ why: String) -> Failure {
        Failure(
            .addressRefused,
            "\(registry) names \(url.redacted) as \(role.rawValue), which is not asked",
            why: why,
            try: Self.remedies
        )
    }
}
