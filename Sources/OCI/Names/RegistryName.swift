package import Diagnostics

/// The host of a registry and its port, as a reference names them: `registry.example.com:5000`.
package struct RegistryName: Hashable, Sendable {
    /// Docker Hub, which a reference without a host means.
    package static let dockerHub = RegistryName(trusted: "docker.io")

    /// The host in lower case; an IPv6 address without its brackets.
    package let host: String
    /// The port, if one is named.
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
        func refused(_ why: String) -> Failure {
            Failure(
                .referenceInvalid,
                "invalid reference format: \"\(text.truncated(to: 160))\" is not a registry",
                why: why,
                try: ["registry.example.com, registry.example.com:5000 or [::1]:5000"]
            )
        }
        guard !text.contains("@") else {
            // Never echoed: what stands before the "@" may be a password.
            throw Failure(
                .referenceInvalid,
                "invalid reference format: a registry holds no user name or password"
            )
        }
        let isBracketed = text.hasPrefix("[")
        guard let end = isBracketed ? text.firstIndex(of: "]") : text.firstIndex(of: ":") ?? text.endIndex
        else {
            throw refused("\"[\" is never closed")
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
                throw refused(
                    "\"\(shown)\" is not \":\" and a port from 1 to 65535; IPv6 addresses stand in brackets"
                )
            }
            port = number
        }
        if let why = isBracketed ? Self.violation(ofIPv6: bare) : Self.violation(ofHost: bare) {
            throw refused(why)
        }
        let host = bare.lowercased()
        self.host =
            port == nil && (host == "index.docker.io" || host == "registry-1.docker.io")
            ? Self.dockerHub.host : host
    }

    /// Whether this is Docker Hub.
    package var isDockerHub: Bool { self == .dockerHub }

    /// Whether the name itself says that it is this machine: `localhost`, `*.localhost`, `127.0.0.0/8` or `::1`.
    ///
    /// Names that only resolve to such an address are not meant.
    package var isLoopback: Bool { IPAddress.Host(host).isLoopback }

    private static func violation(ofHost host: Substring) -> String? {
        guard !host.isEmpty else { return "the host is empty" }
        for label in host.split(separator: ".", omittingEmptySubsequences: false) {
            guard let first = label.first, let last = label.last else { return "a part of the host is empty" }
            if let wrong = label.first(where: { !$0.isASCIIAlphanumeric && $0 != "-" }) {
                return "\"\(wrong)\" is not allowed in a host"
            }
            guard first != "-", last != "-" else {
                return "a part of a host neither begins nor ends with \"-\""
            }
        }
        // Resolvers dial 0x7f.1 and 127.1 too; 1.2.3.256 ends as an address does and is not one.
        if case .name = IPAddress.Host(host) { return nil }
        return IPAddress(String(host)) == nil ? "an IPv4 address is four decimal numbers from 0 to 255" : nil
    }

    private static func violation(ofIPv6 address: Substring) -> String? {
        // Dots and zones are none of the grammar's (distribution/reference, `ipv6address`).
        !address.contains(".") && IPAddress(String(address)) != nil
            ? nil : "\"\(String(address).truncated(to: 40))\" is not an IPv6 address"
    }
}

extension RegistryName: CustomStringConvertible {
    /// The name as a reference writes it.
    package var description: String {
        (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) && isASCII }
    var isASCIIAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
