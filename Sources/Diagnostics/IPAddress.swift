#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// An IPv4 or IPv6 address.
package struct IPAddress: Hashable, Sendable {
    /// The address in network byte order: four bytes of IPv4, or sixteen of IPv6.
    package let bytes: [UInt8]

    /// Reads the usual notation: four decimal numbers (`inet_pton`), or IPv6 without brackets and zone (RFC 4291,
    /// section 2.2); `nil` for anything else.
    package init?(_ text: String) {
        // libc stops at a NUL.
        guard !text.utf8.contains(0) else { return nil }
        for (family, size) in [(AF_INET, 4), (AF_INET6, 16)] {
            var bytes = [UInt8](repeating: 0, count: size)
            if inet_pton(family, text, &bytes) == 1 {
                self.bytes = bytes
                return
            }
        }
        return nil
    }

    /// Reads IPv4 in every notation that resolvers accept: one to four decimal, octal (`0…`) or hexadecimal (`0x…`)
    /// numbers, of which the last fills all remaining bytes (`inet_aton`); `nil` for anything else.
    package init?(dialedAs text: String) {
        // libc stops at a space and ignores the rest.
        guard text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        var address = in_addr()
        guard inet_aton(text, &address) != 0 else { return nil }
        bytes = withUnsafeBytes(of: address.s_addr) { [UInt8]($0) }
    }

    /// Whether the address is in `127.0.0.0/8`, also mapped to IPv6 (`::ffff:127.0.0.1`), or is `::1`.
    package var isLoopback: Bool {
        let mapped: [UInt8] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF, 127]
        return bytes.count == 4 ? bytes.first == 127 : bytes == Self.loopback || bytes.starts(with: mapped)
    }

    private static let loopback: [UInt8] = [UInt8](repeating: 0, count: 15) + [1]
}

extension IPAddress {
    /// The host of a URL or reference: an address or a name.
    ///
    /// The text may be in any case, and have brackets, a zone or a trailing dot.
    package enum Host: Equatable, Sendable {
        /// An address, in any notation that resolvers accept.
        case address(IPAddress)
        /// A name to resolve, in lower case and without a trailing dot.
        case name(String)
        /// Neither: the text has a colon, or ends in two dots or in a number (unlike a top-level domain), but is not an address.
        case unclear

        /// Classifies a host.
        package init(_ text: some StringProtocol) {
            var host = text.lowercased()[...]
            if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
            if host.contains(":") { host = host.prefix { $0 != "%" } }
            if host.hasSuffix(".") { host = host.dropLast() }
            if host == "localhost" || host.hasSuffix(".localhost") {
                self = .name(String(host))
            } else if host.contains(":") {
                self = IPAddress(String(host)).map(Host.address) ?? .unclear
            } else if host.hasSuffix(".") {
                self = .unclear
            } else if host.endsInNumber {
                self = IPAddress(dialedAs: String(host)).map(Host.address) ?? .unclear
            } else {
                self = .name(String(host))
            }
        }

        /// Whether the host is a loopback address, `localhost`, or a name that ends in `.localhost` (RFC 6761).
        package var isLoopback: Bool {
            switch self {
            case .address(let address): address.isLoopback
            case .name(let name): name == "localhost" || name.hasSuffix(".localhost")
            case .unclear: false
            }
        }
    }
}

extension Substring {
    /// Whether the last part of a name is a number, unlike a top-level domain.
    fileprivate var endsInNumber: Bool {
        guard let last = utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).last,
            !last.isEmpty
        else { return false }
        let isHexadecimal = last.starts(with: "0x".utf8) && last.dropFirst(2).allSatisfy(\.isHexDigit)
        return isHexadecimal || last.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}

extension UInt8 {
    fileprivate var isHexDigit: Bool { Character(Unicode.Scalar(self)).isHexDigit && self < 0x80 }
}
