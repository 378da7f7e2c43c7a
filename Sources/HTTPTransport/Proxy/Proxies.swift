/// Which proxy a request goes through, as the environment's variables have it.
///
/// The rules are those that curl and Go's `net/http` share, and Go's for this machine, which is always asked directly;
/// the choice is made here, so that it is known whom a failure is about. The lower case of a variable counts before the
/// upper case. `HTTP_PROXY` is what a web server calls a request's header `Proxy` (CVE-2016-5385), so it is not read
/// where `REQUEST_METHOD` is set.
package struct Proxies: Sendable {
    /// Every request goes to its server directly.
    package static let none = Proxies { _ in nil }

    private let forHTTP: Proxy?
    private let forHTTPS: Proxy?
    private let exceptions: ProxyExceptions

    /// Reads `https_proxy`, `http_proxy`, `all_proxy` and `no_proxy`, in both cases; empty ones count as not set.
    package init(environment: (String) -> String?) {
        func first(_ names: [String]) -> Proxy? {
            for name in names {
                if let text = environment(name), !text.isEmpty { return Proxy(text, variable: name) }
            }
            return nil
        }
        let http = environment("REQUEST_METHOD") == nil ? ["http_proxy", "HTTP_PROXY"] : ["http_proxy"]
        forHTTP = first(http + ["all_proxy", "ALL_PROXY"])
        forHTTPS = first(["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"])
        let exceptions = [environment("no_proxy"), environment("NO_PROXY")].compactMap { $0 }
        self.exceptions = ProxyExceptions(exceptions.first { !$0.isEmpty } ?? "")
    }

    /// The proxy for a request to an origin; `nil` for none.
    func proxy(for origin: Origin) -> Proxy? {
        guard !exceptions.contains(host: origin.host, port: origin.port) else { return nil }
        return origin.scheme == .https ? forHTTPS : forHTTP
    }
}

/// One proxy: `[scheme://][user:password@]host[:port]`; http, https, socks4, socks4a, socks5 and socks5h are spoken.
///
/// Each proxy looks up the names of servers itself: socks5 is taken for socks5h, and socks4 for socks4a.
struct Proxy: Sendable {
    /// What libcurl is given; may hold a password.
    let url: String
    /// The variable that named it.
    let variable: String

    init(_ url: String, variable: String) {
        let scheme = url.firstRange(of: "://").map { url[..<$0.lowerBound] }
        let asking = scheme.flatMap { Self.askingForNames[$0.lowercased()] }
        self.url = asking.map { $0 + url.dropFirst(scheme?.count ?? 0) } ?? url
        self.variable = variable
    }

    /// Whether it is beyond doubt where the password ends: libcurl would look for a host in the rest of it.
    var isClear: Bool {
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let rest = parts.last ?? ""
        let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        return authority.count { $0 == "@" } <= 1 && !rest.dropFirst(authority.count).contains("@")
    }

    /// libcurl would look names up here, where nobody judges the address that comes of it.
    private static let askingForNames = ["socks": "socks4a", "socks4": "socks4a", "socks5": "socks5h"]

    /// Whether it reads and answers a request itself; others pass on bytes.
    func answers(_ request: Request) -> Bool {
        request.url.scheme == .http && !url.lowercased().hasPrefix("socks")
    }

    /// The proxy and who named it.
    var description: String { "proxy \(name) ($\(variable))" }

    /// The proxy without user, password and path, for messages.
    var name: String {
        let parts = url.split(separator: "://", maxSplits: 1, omittingEmptySubsequences: false)
        let scheme =
            parts.count == 2 && parts[0].allSatisfy { $0.isLetter || $0.isNumber } ? parts[0] : "http"
        // What is no host is not shown at all: a password may stand in any place of a URL that is wrong.
        let place = (parts.last ?? "").split(separator: "@", omittingEmptySubsequences: false).last ?? ""
        let authority = place.prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        let port = authority.lastIndex(of: ":").map { authority[$0...].dropFirst() } ?? "0"
        let isSound = authority.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        guard isSound, port.utf8.allSatisfy(\.isDigit) || authority.hasSuffix("]") else {
            return "that cannot be read"
        }
        return "\(scheme)://\(authority)"
    }
}
