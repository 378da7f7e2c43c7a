#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The hosts that are asked without a proxy: this machine, and the value of `no_proxy`.
///
/// A list with commas or blanks between. `example.com`, `.example.com` and `*.example.com` mean that host and those
/// below it, an address means itself, `10.0.0.0/8` or `fd00::/8` a network, and `*` everything. A port may follow all
/// but a network; IPv6 addresses may stand in brackets, and have to if a port follows.
struct ProxyExceptions: Sendable {
    private enum Rule: Sendable {
        case all
        case name(String, port: Int?)
        case network([UInt8], bits: Int, port: Int?)
    }

    // For a proxy these would be itself; and what is spoken to them without TLS is for nobody else. So does Go.
    private static let loopback = "localhost,127.0.0.0/8,::1,::ffff:127.0.0.0/104"

    private let rules: [Rule]

    init(_ list: String) {
        rules = "\(Self.loopback),\(list)".split { $0 == "," || $0.isWhitespace }
            .compactMap { Self.rule($0.lowercased()) }
    }

    /// Whether a host, as a URL has it (IPv6 without brackets), is asked directly.
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

    /// The bytes of an IPv4 or IPv6 address; `nil` for everything else.
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
    /// Whether the first bits are those of another address of the same family.
    fileprivate func hasPrefix(_ network: [UInt8], bits: Int) -> Bool {
        guard count == network.count else { return false }
        for (position, (own, other)) in zip(self, network).enumerated() {
            let left = Swift.min(8, bits - position * 8)
            guard left > 0 else { return true }
            let mask = UInt8(truncatingIfNeeded: 0xFF00 >> left)
            guard own & mask == other & mask else { return false }
        }
        return true
    }
}
