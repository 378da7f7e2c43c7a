public import Diagnostics

/// The host of a registry and its port, as a reference names them: `registry.example.com:5000`.
public struct RegistryName: Hashable, Sendable {
    /// Docker Hub, which a reference without a host means.
    public static let dockerHub = RegistryName(trusted: "docker.io")

    /// The host in lower case; an IPv6 address without its brackets.
    public let host: String
    /// The port, if one is named.
    public let port: Int?

    private init(trusted host: String) {
        self.host = host
        port = nil
    }

    /// Reads `host`, `host:port`, `[IPv6]` or `[IPv6]:port`; throws ``Failure/Code/referenceInvalid``.
    ///
    /// `index.docker.io` and `registry-1.docker.io` are other names of Docker Hub.
    public init(parsing text: some StringProtocol) throws(Failure) {
        let text = String(text)
        func refused(_ why: String) -> Failure {
            Failure(
                .referenceInvalid,
                "invalid reference format: \"\(text.truncated(to: 160))\" is not a registry",
                why: why,
                try: ["registry.example.com, registry.example.com:5000 or [::1]:5000"]
            )
        }
        let bare: Substring
        let rest: Substring
        if text.hasPrefix("[") {
            guard let close = text.firstIndex(of: "]") else { throw refused("\"[\" is never closed") }
            bare = text[..<close].dropFirst()
            rest = text[text.index(after: close)...]
            guard IPAddress.isIPv6(bare) else { throw refused("\"\(bare)\" is not an IPv6 address") }
        } else {
            bare = text.prefix { $0 != ":" }
            rest = text[bare.endIndex...]
            if let why = Self.violation(ofHost: bare) { throw refused(why) }
        }
        if rest.isEmpty {
            port = nil
        } else {
            let digits = rest.dropFirst()
            guard rest.first == ":", !digits.isEmpty, digits.allSatisfy(\.isASCIIDigit), let number = Int(digits),
                (1...65535).contains(number)
            else {
                throw refused("\"\(rest)\" is not \":\" and a port from 1 to 65535; IPv6 addresses stand in brackets")
            }
            port = number
        }
        let host = bare.lowercased()
        self.host =
            port == nil && (host == "index.docker.io" || host == "registry-1.docker.io") ? Self.dockerHub.host : host
    }

    /// Whether this is Docker Hub.
    public var isDockerHub: Bool { self == .dockerHub }

    /// Whether the name itself says that it is this machine: `localhost`, `*.localhost`, `127.0.0.0/8` or `::1`.
    ///
    /// Names that only resolve to such an address are not meant.
    public var isLoopback: Bool { IPAddress.isLoopback(host: host) }

    private static func violation(ofHost host: Substring) -> String? {
        guard !host.isEmpty else { return "the host is empty" }
        for label in host.split(separator: ".", omittingEmptySubsequences: false) {
            guard let first = label.first, let last = label.last else { return "a part of the host is empty" }
            if let wrong = label.first(where: { !$0.isASCIIAlphanumeric && $0 != "-" }) {
                return "\"\(wrong)\" is not allowed in a host"
            }
            guard first != "-", last != "-" else { return "a part of a host neither begins nor ends with \"-\"" }
        }
        return nil
    }
}

extension RegistryName: CustomStringConvertible {
    /// The name as a reference writes it.
    public var description: String {
        (host.contains(":") ? "[\(host)]" : host) + (port.map { ":\($0)" } ?? "")
    }
}

/// What a host says of itself when it is an address.
public enum IPAddress {
    /// Whether a host is `localhost`, ends in `.localhost`, or is a loopback address literal.
    public static func isLoopback(host: String) -> Bool {
        if host == "localhost" || host.hasSuffix(".localhost") || host == "::1" { return true }
        guard let octets = octets(ofIPv4: host) else { return false }
        return octets[0] == 127
    }

    /// Whether a host is an address of this machine, a private network or a link: not for the public.
    public static func isPrivate(host: String) -> Bool {
        if isLoopback(host: host) || host.lowercased().hasPrefix("metadata.") { return true }
        if let octets = octets(ofIPv4: host) {
            switch (octets[0], octets[1]) {
            case (0, _), (10, _), (127, _), (169, 254), (192, 168), (100, 64...127), (172, 16...31): return true
            default: return false
            }
        }
        guard host.contains(":") else { return false }
        let text = host.lowercased()
        // Unspecified, link-local, unique-local, and every form that embeds an IPv4 address.
        return text.hasPrefix("::") || text.hasPrefix("fc") || text.hasPrefix("fd") || text.hasPrefix("fe8")
            || text.hasPrefix("fe9") || text.hasPrefix("fea") || text.hasPrefix("feb") || text.hasPrefix("64:ff9b:")
            || text.hasPrefix("0:")
    }

    /// Whether a text could be an IPv6 address as a reference may hold it: hexadecimal groups and `:` only.
    static func isIPv6(_ text: Substring) -> Bool {
        let groups = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (3...8).contains(groups.count), groups.allSatisfy({ $0.count <= 4 && $0.allSatisfy(\.isHexDigit) }) else {
            return false
        }
        let isShortened = text.contains("::")
        guard !text.contains(":::"), text.indices.filter({ text[$0...].hasPrefix("::") }).count <= 1 else { return false }
        guard isShortened || groups.count == 8 else { return false }
        return (!text.hasPrefix(":") || text.hasPrefix("::")) && (!text.hasSuffix(":") || text.hasSuffix("::"))
    }

    private static func octets(ofIPv4 host: String) -> [UInt8]? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 4 else { return nil }
        let octets = parts.compactMap { part in part.allSatisfy(\.isASCIIDigit) ? UInt8(part) : nil }
        return octets.count == 4 ? octets : nil
    }
}

extension Character {
    var isASCIIDigit: Bool { ("0"..."9").contains(self) && isASCII }
    var isASCIIAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
