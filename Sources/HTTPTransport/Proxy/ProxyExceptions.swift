#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The hosts that are reached without a proxy: this machine, and the value of `no_proxy`.
///
/// The value is a list separated by commas or spaces. `example.com`, `.example.com` and `*.example.com` match
/// that host and its subdomains, an address matches itself, `10.0.0.0/8` or `fd00::/8` matches a network, and
/// `*` matches every host. All but a network may have a port; IPv6 addresses may have brackets, and must have
/// them before a port.
struct ProxyExceptions: Sendable {
    private enum Rule: Sendable {
        case all
        case name(String, port: Int?)
        case network([UInt8], bits: Int, port: Int?)
    }

    // For a proxy, these addresses are the proxy itself, and plain HTTP to them must not leave this machine.
    // Go does the same.
    private static let loopback = "localhost,127.0.0.0/8,::1,::ffff:127.0.0.0/104"

    private let rules: [Rule]

    init(_ list: String) {
        rules = "\(Self.loopback),\(list)".split { $0 == "," || $0.isWhitespace }
            .compactMap { Self.rule($0.lowercased()) }
    }

    /// Whether a host (IPv6 without brackets) is reached directly.
    func contains(host: String, port: Int) -> Bool {
        let host = host.hasSuffix(".") ? String(host.dropLast()) : host
        let address = Self.address(host)
        return rules.contains { rule in
            switch rule {
            case .all: true
            case .name(let name, let only):
                (only ?? port) == port && (host == name || address == nil && host.hasSuffix(".\(name)"))
            case .network(let network, let bits, let only):
                (only ?? port) == port && address?.hasPrefix(network, bits: bits) == true
            }
        }
    }

    private static func rule(_ text: String) -> Rule? {
        if text == "*" { return .all }
        if let slash = text.firstIndex(of: "/") {
            guard let network = address(String(text[..<slash]).withoutBrackets),
                let bits = Int(text[slash...].dropFirst()), (0...network.count * 8).contains(bits)
            else { return nil }
            return .network(network, bits: bits, port: nil)
        }
        var host = text
        var port: Int?
        if address(text) == nil, let colon = text.lastIndex(of: ":"),
            let number = Int(text[colon...].dropFirst())
        {
            host = String(text[..<colon])
            port = number
        }
        if let address = address(host.withoutBrackets) {
            return .network(address, bits: address.count * 8, port: port)
        }
        if host.hasPrefix("*.") { host.removeFirst() }
        let name = host.drop { $0 == "." }
        let bare = name.hasSuffix(".") ? name.dropLast() : name
        return bare.isEmpty ? nil : .name(String(bare), port: port)
    }

    /// Returns the bytes of an IPv4 or IPv6 address; `nil` for other text.
    private static func address(_ text: String) -> [UInt8]? {
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if inet_pton(family, text, &bytes) == 1 { return bytes }
        }
        return nil
    }
}

extension String {
    fileprivate var withoutBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}

extension [UInt8] {
    /// Whether the first bits equal those of another address of the same family.
    fileprivate func hasPrefix(_ network: [UInt8], bits: Int) -> Bool {
        guard count == network.count else { return false }
        for (position, (byte, networkByte)) in zip(self, network).enumerated() {
            let left = Swift.min(8, bits - position * 8)
            guard left > 0 else { return true }
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> left)
            guard byte & mask == networkByte & mask else { return false }
        }
        return true
    }
}
