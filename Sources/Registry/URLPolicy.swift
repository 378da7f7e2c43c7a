import Diagnostics
import HTTPTransport
import OCI

/// The one judgement of every URL that a peer chose.
///
/// A registry names the token service, the place of an upload and the target of a redirect. A hostile or broken one may
/// name a service of the local network, or ask for secrets in the clear (registry-client advisories of 2020 to 2026).
struct URLPolicy: Sendable {
    /// What a URL is for.
    enum Role: String, Sendable {
        case realm = "token service"
        case location = "upload location"
        case redirect = "redirect target"
    }

    /// The registry, as it is dialled.
    let registry: Origin

    /// The URL to use, which may have been upgraded to HTTPS; throws ``Failure/Code/addressRefused`` for one that must
    /// not be asked.
    func checked(_ url: HTTPURL, as role: Role) throws(Failure) -> HTTPURL {
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
        guard isSameHost || !IPAddress.isPrivate(host: url.host) || IPAddress.isPrivate(host: registry.host)
        else {
            throw refused(url, role, "it is an address of a private network, the registry is not")
        }
        return url
    }

    /// Whether a URL may be sent the registry's credentials.
    func mayAuthorize(_ url: HTTPURL) -> Bool { url.origin == registry }

    private func refused(_ url: HTTPURL, _ role: Role, _ why: String) -> Failure {
        Failure(
            .addressRefused,
            "\(registry) names \(url.redacted) as \(role.rawValue), which is not asked",
            why: why,
            try: ["tell who runs the registry, or check that nobody stands in between"]
        )
    }
}
