import Diagnostics
import HTTPTransport
import OCI

/// The policy for all URLs that a peer chose.
///
/// A registry names the token service, upload locations, redirect targets and next pages. A hostile or faulty registry may
/// name a service of the local network, or request secrets unencrypted (registry-client advisories of 2020 to 2026).
struct URLPolicy: Sendable {
    /// The purpose of a URL.
    enum Role: String, Sendable, CaseIterable {
        case realm = "token service"
        case location = "upload location"
        case redirect = "redirect target"
        case link = "next page"
    }

    /// The hints for a rejected URL.
    static let remedies = [
        "contact the registry's administrator, or check that nothing on the network path modifies the traffic"
    ]

    /// The registry's origin in use.
    let registry: Origin
    /// Whether the registry itself is certainly private, by its name or by the address at which it was reached.
    ///
    /// It allows private addresses, so a doubt means `false`.
    let isPrivate: Bool
    /// Whether the registry was reached at an address that is certainly public.
    private let wasPublic: Bool

    /// Makes the policy for a registry, with the IP address at which it was reached, if known.
    init(registry: Origin, address: String? = nil) {
        self.registry = registry
        let isNamedPrivate = IPAddress.privacy(ofHost: registry.host) == .private
        let reached = address.map { IPAddress.privacy(ofHost: $0) }
        isPrivate = isNamedPrivate || reached == .private
        wasPublic = !isNamedPrivate && reached == .public
    }

    /// Returns the URL to use, which may be upgraded to HTTPS; throws ``Failure/Code/addressRejected`` if it is not
    /// allowed.
    func checked(_ url: HTTPURL, as role: Role) throws(Failure) -> HTTPURL {
        switch role {
        case .link:
            guard url.origin == registry else {
                throw rejected(url, role, "all pages of a list must be at the registry itself")
            }
            return url
        case .realm, .location, .redirect:
            return try checkedTarget(url, role)
        }
    }

    private func checkedTarget(_ url: HTTPURL, _ role: Role) throws(Failure) -> HTTPURL {
        if url.origin == registry { return url }
        let isSameHost = url.host == registry.host
        if registry.scheme == .https, url.scheme == .http {
            // A registry behind a TLS proxy often assumes that clients use HTTP.
            guard isSameHost, role == .location else {
                throw rejected(url, role, "it is not encrypted, but the registry is")
            }
            let isDefault = url.port == HTTPURL.Scheme.http.defaultPort
            return url.with(scheme: .https, port: isDefault ? registry.port : url.port)
        }
        guard isSameHost || !IPAddress.isMetadataService(host: url.host) else {
            throw rejected(url, role, "it is a cloud's metadata service, which gives machines their secrets")
        }
        guard isSameHost || isPrivate || !IPAddress.mayBePrivate(host: url.host) else {
            throw rejected(url, role, "it is a private address, but the registry is public")
        }
        return url
    }

    /// Returns whether the registry's credentials may be sent to a URL.
    func mayAuthorize(_ url: HTTPURL) -> Bool { url.origin == registry }

    /// Returns whether a URL that passed may be requested at an address that its name resolves to.
    ///
    /// A public name may resolve to an address of the local network (CVE-2026-48978), so resolved addresses follow the same
    /// rules as literal ones. The registry's own name may resolve to any address except a metadata service, but to no
    /// private address after it was reached at a public one (DNS rebinding).
    func mayDial(_ address: String, for url: HTTPURL) -> Bool {
        if url.origin == registry {
            return !IPAddress.isMetadataAddress(address)
                && !(wasPublic && IPAddress.mayBePrivate(host: address))
        }
        return !IPAddress.isMetadataService(host: address)
            && (isPrivate || !IPAddress.mayBePrivate(host: address))
    }

    private func rejected(_ url: HTTPURL, _ role: Role, _ why: String) -> Failure {
        Failure(
            .addressRejected,
            "\(registry) names \(url.redacted) as \(role.rawValue), which is not allowed",
            why: why,
            try: Self.remedies
        )
    }
}
