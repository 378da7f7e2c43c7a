import Diagnostics

/// The proxies that the environment's variables select.
///
/// The rules are those that curl and Go's `net/http` share; as in Go, requests to this machine never use a
/// proxy. The choice is made here and not in libcurl, so that error messages can name the proxy. The
/// lower-case variable has priority over the upper-case one. CGI servers pass a request's `Proxy` header as
/// `HTTP_PROXY` (CVE-2016-5385), so `HTTP_PROXY` is ignored if `REQUEST_METHOD` is set.
package struct Proxies: Sendable {
    /// Proxies that are never used: every request goes directly to its server.
    package static let none = Proxies { _ in nil }

    private let forHTTP: Proxy?
    private let forHTTPS: Proxy?
    private let exceptions: ProxyExceptions

    /// Reads `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy` in both cases; empty variables count as
    /// unset.
    ///
    /// Rethrows the errors of `environment`.
    package init<E: Error>(environment: (String) throws(E) -> String?) throws(E) {
        func first(_ names: [String]) throws(E) -> Proxy? {
            for name in names {
                if let text = try environment(name), !text.isEmpty { return Proxy(text, variable: name) }
            }
            return nil
        }
        let http = try environment("REQUEST_METHOD") == nil ? ["http_proxy", "HTTP_PROXY"] : ["http_proxy"]
        forHTTP = try first(http + ["all_proxy", "ALL_PROXY"])
        forHTTPS = try first(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
        let exceptions = [try environment("no_proxy"), try environment("NO_PROXY")].compactMap { $0 }
        self.exceptions = ProxyExceptions(exceptions.first { !$0.isEmpty } ?? "")
    }

    /// Returns the proxy for an origin and the variable that names it, without a password; `nil` for a direct connection.
    package func name(for origin: Origin) -> String? { proxy(for: origin)?.description }

    /// Returns the proxy for a request to an origin; `nil` for a direct connection.
    func proxy(for origin: Origin) -> Proxy? {
        guard !exceptions.contains(host: origin.host, port: origin.port) else { return nil }
        return origin.scheme == .https ? forHTTPS : forHTTP
    }
}

/// A proxy: `[scheme://][user:password@]host[:port]` with the scheme http, https, socks4, socks4a, socks5 or
/// socks5h.
///
/// The proxy always resolves the names of servers: socks5 is treated as socks5h, and socks4 as socks4a.
struct Proxy: Sendable {
    /// The URL for libcurl; may contain a password.
    let url: String
    /// The variable that named the proxy.
    let variable: String

    init(_ url: String, variable: String) {
        let scheme = url.firstRange(of: "://").map { url[..<$0.lowerBound] }
        let resolving = scheme.flatMap { Self.resolvingSchemes[$0.lowercased()] }
        self.url = resolving.map { $0 + url.dropFirst(scheme?.count ?? 0) } ?? url
        self.variable = variable
    }

    /// Whether the end of the password is unambiguous; otherwise libcurl could send a part of it as a host
    /// name.
    var isUnambiguous: Bool {
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.last ?? ""
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return authority.count { $0 == "@" } <= 1 && !rest.dropFirst(authority.count).contains("@")
    }

    /// The schemes with which the proxy resolves names; with the others, libcurl would resolve them without a
    /// check of the address.
    private static let resolvingSchemes = ["socks": "socks4a", "socks4": "socks4a", "socks5": "socks5h"]

    /// Whether the proxy itself reads and answers a request, instead of forwarding bytes.
    func answers(_ request: Request) -> Bool {
        request.url.scheme == .http && !url.lowercased().hasPrefix("socks")
    }

    /// The proxy and the variable that named it.
    var description: String { "proxy \(name) ($\(variable))" }

    /// The proxy's URL for messages, without user name, password and path.
    var name: String {
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme =
            parts.count == 2 && parts[0].allSatisfy { $0.isLetter || $0.isNumber } ? parts[0] : "http"
        // An invalid host is not shown, because an invalid URL may contain the password anywhere.
        let rest = (parts.last ?? "").split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let port = authority.lastIndex(of: ":").map { authority[$0...].dropFirst() } ?? "0"
        let isPrintable = authority.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isPrintable, port.utf8.allSatisfy(\.isDigit) || authority.hasSuffix("]") else {
            return "with an invalid URL"
        }
        return "\(scheme)://\(authority)"
    }
}
