package import Diagnostics

/// The host and port of a registry in a reference: `registry.example.com:5000`.
package struct RegistryName: Hashable, Sendable {
    /// Docker Hub, the registry of references without a host.
    package static let dockerHub = RegistryName(trusted: "docker.io")

    /// The host in lower case; an IPv6 address without its brackets.
    package let host: String
    /// The port, if there is one.
    package let port: Int?

    private init(trusted host: String) {
        self.host = host
        port = nil
    }

    /// Reads `host`, `host:port`, `[IPv6]` or `[IPv6]:port`; throws ``Failure/Code/referenceInvalid``.
    ///
    /// `index.docker.io` and `registry-1.docker.io` are other names of Docker Hub.
    package init(parsing text: some StringProtocol) throws(Failure) {
        let text = String(text)
        func rejection(_ why: String) -> Failure {
            Failure(
                .referenceInvalid,
                "invalid reference format: \"\(text.truncated(to: 160))\" is not a registry",
                why: why,
                try: ["registry.example.com, registry.example.com:5000 or [::1]:5000"]
            )
        }
        guard !text.contains("@") else {
            // Not quoted, because the text before the "@" may be a password.
            throw Failure(
                .referenceInvalid,
                "invalid reference format: a registry cannot contain a user name or password"
            )
        }
        let isBracketed = text.hasPrefix("[")
        guard let end = isBracketed ? text.firstIndex(of: "]") : text.firstIndex(of: ":") ?? text.endIndex
        else {
            throw rejection("\"[\" is not closed")
        }
        let bare = isBracketed ? text[..<end].dropFirst() : text[..<end]
        let rest = isBracketed ? text[end...].dropFirst() : text[end...]
        if rest.isEmpty {
            port = nil
        } else {
            let digits = rest.dropFirst()
            guard rest.first == ":", digits.allSatisfy(\.isASCIIDigit), let number = Int(digits),
                (1...65535).contains(number)
            else {
                let shown = String(rest).truncated(to: 40)
                throw rejection(
                    "\"\(shown)\" is not \":\" and a port from 1 to 65535; IPv6 addresses need brackets"
                )
            }
            port = number
        }
        if let why = isBracketed ? Self.violation(ofIPv6: bare) : Self.violation(ofHost: bare) {
            throw rejection(why)
        }
        let host = bare.lowercased()
        self.host =
            port == nil && (host == "index.docker.io" || host == "registry-1.docker.io")
            ? Self.dockerHub.host : host
    }

    /// Whether this is Docker Hub.
    package var isDockerHub: Bool { self == .dockerHub }

    /// Whether the name is `localhost`, `*.localhost`, `127.0.0.0/8` or `::1`; no name is resolved.
    package var isLoopback: Bool { IPAddress.Host(host).isLoopback }

    private static func violation(ofHost host: Substring) -> String? {
        guard !host.isEmpty else { return "the host is empty" }
        for label in host.split(separator: ".", omittingEmptySubsequences: false) {
            guard let first = label.first, let last = label.last else { return "a part of the host is empty" }
            if let wrong = label.first(where: { !$0.isASCIIAlphanumeric && $0 != "-" }) {
                return "\"\(wrong)\" is not allowed in a host"
            }
            guard first != "-", last != "-" else {
                return "a part of a host cannot begin or end with \"-\""
            }
        }
        // Resolvers also accept 0x7f.1 and 127.1. 1.2.3.256 ends in a number, but is not an address.
        if case .name = IPAddress.Host(host) { return nil }
        return IPAddress(String(host)) == nil ? "an IPv4 address is four decimal numbers from 0 to 255" : nil
    }

    private static func violation(ofIPv6 address: Substring) -> String? {
        // The grammar has neither dots nor zones (distribution/reference, `ipv6address`).
        !address.contains(".") && IPAddress(String(address)) != nil
            ? nil : "\"\(String(address).truncated(to: 40))\" is not an IPv6 address"
    }
}

extension RegistryName: CustomStringConvertible {
    /// The name, as written in references.
    package var description: String {
        host.bracketedHost + (port.map { ":\($0)" } ?? "")
    }
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) && isASCII }
    var isASCIIAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
