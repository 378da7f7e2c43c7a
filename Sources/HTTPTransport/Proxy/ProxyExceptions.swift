import Diagnostics

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
        case network(IPAddress, bits: Int, port: Int?)
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
        let address = IPAddress(host)
        return rules.contains { rule in
            switch rule {
            case .all: true
            case .name(let name, let only):
                (only ?? port) == port && (host == name || address == nil && host.hasSuffix(".\(name)"))
            case .network(let network, let bits, let only):
                (only ?? port) == port && address?.isIn(network, bits: bits) == true
            }
        }
    }

    private static func rule(_ text: String) -> Rule? {
        if text == "*" { return .all }
        if let slash = text.firstIndex(of: "/") {
            guard let network = IPAddress(String(text[..<slash]).withoutBrackets),
                let bits = Int(text[slash...].dropFirst()), (0...network.bytes.count * 8).contains(bits)
            else { return nil }
            return .network(network, bits: bits, port: nil)
        }
        var host = text
        var port: Int?
        if IPAddress(text) == nil, let colon = text.lastIndex(of: ":"),
            let number = Int(text[colon...].dropFirst())
        {
            host = String(text[..<colon])
            port = number
        }
        if let address = IPAddress(host.withoutBrackets) {
            return .network(address, bits: address.bytes.count * 8, port: port)
        }
        if host.hasPrefix("*.") { host.removeFirst() }
        let name = host.drop { $0 == "." }
        let bare = name.hasSuffix(".") ? name.dropLast() : name
        return bare.isEmpty ? nil : .name(String(bare), port: port)
    }
}

extension String {
    fileprivate var withoutBrackets: String {
        hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : self
    }
}

extension IPAddress {
    /// Whether the first bits equal those of another address of the same family.
    fileprivate func isIn(_ network: IPAddress, bits: Int) -> Bool {
        guard bytes.count == network.bytes.count else { return false }
        for (position, (byte, networkByte)) in zip(bytes, network.bytes).enumerated() {
            let left = Swift.min(8, bits - position * 8)
            guard left > 0 else { return true }
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> left)
            guard byte & mask == networkByte & mask else { return false }
        }
        return true
    }
}
