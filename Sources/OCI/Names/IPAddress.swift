/// What a host says of itself when it is an address, in every spelling that a resolver would dial.
///
/// A URL's host may be given as it stands there: in any case, with brackets, with a dot at its end.
package enum IPAddress {
    /// Whether a host is `localhost`, ends in `.localhost`, or is a loopback address literal.
    package static func isLoopback(host: String) -> Bool {
        let host = bare(host)
        if host == "localhost" || host.hasSuffix(".localhost") { return true }
        guard let groups = groups(ofIPv6: host) else { return octets(ofIPv4: host)?.first == 127 }
        return groups == [0, 0, 0, 0, 0, 0, 0, 1]
            || groups.starts(with: [0, 0, 0, 0, 0, 0xFFFF]) && groups[6] >> 8 == 127
    }

    /// Whether a host is an address of this machine, a private network or a link, or one that cannot be judged: not
    /// for the public.
    package static func isPrivate(host: String) -> Bool {
        let host = bare(host)
        if isLoopback(host: host) || isMetadataService(host: host) { return true }
        if host.contains(":") { return groups(ofIPv6: host).map(isPrivate(groups:)) ?? true }
        if endsInNumber(host) { return octets(ofIPv4: host).map(isPrivate(octets:)) ?? true }
        let isPlain = host.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "%") }
        return !isPlain
    }

    /// Whether a host is one under which clouds tell a machine its secrets: any address of the link, and the few others
    /// that are used (Alibaba, Azure, Oracle; AWS and Google for IPv6), in numbers or by name.
    ///
    /// Nothing that a registry needs is there, not even for a registry of the same network.
    package static func isMetadataService(host: String) -> Bool {
        let host = bare(host)
        if let groups = groups(ofIPv6: host) {
            return octets(within: groups).map(isMetadataService(octets:))
                ?? ((0xFE80...0xFEBF).contains(groups[0]) || metadataGroups.contains(groups))
        }
        return octets(ofIPv4: host).map(isMetadataService(octets:)) ?? metadataNames.contains(host)
    }

    private static func isMetadataService(octets: [UInt8]) -> Bool {
        octets.starts(with: [169, 254]) || metadataOctets.contains(octets)
    }

    /// Of Alibaba, Azure and Oracle, outside of the link's addresses.
    private static let metadataOctets: [[UInt8]] = [
        [100, 100, 100, 200], [168, 63, 129, 16], [192, 0, 0, 192],
    ]
    /// Of AWS (fd00:ec2::254) and Google (fd20:ce::254).
    private static let metadataGroups: [[UInt16]] = [
        [0xFD00, 0xEC2, 0, 0, 0, 0, 0, 0x254], [0xFD20, 0xCE, 0, 0, 0, 0, 0, 0x254],
    ]
    /// A name that only begins alike may be a company's own host.
    private static let metadataNames: Set<String> = [
        "metadata", "metadata.google.internal", "metadata.goog", "metadata.azure.internal",
        "metadata.tencentyun.com", "instance-data", "instance-data.ec2.internal",
    ]

    /// Whether a host would be dialled as an IPv4 address but is not its plain spelling, as `0x7f.1` or `127.1`; also
    /// what ends as an address does and is none, as `1.2.3.256`.
    static func isUnusualIPv4(_ host: some StringProtocol) -> Bool {
        endsInNumber(host) && octets(ofIPv4: host)?.map { "\($0)" }.joined(separator: ".") != String(host)
    }

    /// The eight groups of an IPv6 address (RFC 4291, section 2.2), or nil when it is none.
    static func groups(ofIPv6 text: some StringProtocol) -> [UInt16]? {
        var text = String(text)
        if text.contains("."), let colon = text.lastIndex(of: ":") {
            let last = text[text.index(after: colon)...]
            guard !isUnusualIPv4(last), let octets = octets(ofIPv4: last) else { return nil }
            let (high, low) = (Int(octets[0]) << 8 | Int(octets[1]), Int(octets[2]) << 8 | Int(octets[3]))
            text = text[...colon] + String(high, radix: 16) + ":" + String(low, radix: 16)
        }
        guard let gap = text.firstRange(of: "::") else {
            return listedGroups(text[...]).flatMap { $0.count == 8 ? $0 : nil }
        }
        guard let head = listedGroups(text[..<gap.lowerBound]),
            let tail = listedGroups(text[gap.upperBound...]),
            head.count + tail.count < 8
        else { return nil }
        return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
    }

    private static func listedGroups(_ text: Substring) -> [UInt16]? {
        if text.isEmpty { return [] }
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        let groups = parts.compactMap { $0.utf8.count <= 4 ? number($0, radix: 16).map { UInt16($0) } : nil }
        return groups.count == parts.count ? groups : nil
    }

    /// The four bytes of what `inet_aton` takes for an IPv4 address: one to four decimal, octal (`0…`) or hexadecimal
    /// (`0x…`) numbers, the last of which fills all bytes that remain.
    private static func octets(ofIPv4 host: some StringProtocol) -> [UInt8]? {
        let parts = host.split(separator: ".", omittingEmptySubsequences: false)
        let numbers = parts.compactMap { part -> Int? in
            if part.hasPrefix("0x") || part.hasPrefix("0X") { return number(part.dropFirst(2), radix: 16) }
            return number(part, radix: part.hasPrefix("0") ? 8 : 10)
        }
        guard numbers.count == parts.count, parts.count <= 4, let last = numbers.last,
            numbers.dropLast().allSatisfy({ $0 < 256 }), last < 1 << (8 * (5 - parts.count))
        else { return nil }
        let value = numbers.dropLast().enumerated().reduce(last) { $0 | $1.element << (24 - 8 * $1.offset) }
        return [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }

    private static func number(_ digits: some StringProtocol, radix: Int) -> Int? {
        digits.utf8.first == UInt8(ascii: "+") || digits.utf8.first == UInt8(ascii: "-")
            ? nil : Int(digits, radix: radix)
    }

    /// Whether the last part of a name is a number, which no top-level domain is.
    private static func endsInNumber(_ host: some StringProtocol) -> Bool {
        guard let last = host.split(separator: ".", omittingEmptySubsequences: false).last, !last.isEmpty
        else {
            return false
        }
        return last.allSatisfy(\.isASCIIDigit)
            || last.lowercased().hasPrefix("0x")
                && last.dropFirst(2).allSatisfy { $0.isASCII && $0.isHexDigit }
    }

    private static func isPrivate(octets: [UInt8]) -> Bool {
        switch (octets[0], octets[1]) {
        case (192, 0): octets[2] == 0
        case (0, _), (10, _), (127, _), (169, 254), (192, 168), (100, 64...127), (172, 16...31),
            (198, 18...19):
            true
        case (224..., _): true
        default: false
        }
    }

    /// Public are only the global unicast addresses, `2000::/3`; one that leads to an IPv4 address is as private as that.
    private static func isPrivate(groups: [UInt16]) -> Bool {
        // Nobody writes a mapped one (::ffff:8.8.8.8) in good faith.
        if !isMapped(groups), let octets = octets(within: groups) { return isPrivate(octets: octets) }
        return !(0x2000...0x3FFF).contains(groups[0])
    }

    private static func isMapped(_ groups: [UInt16]) -> Bool {
        groups.starts(with: [0, 0, 0, 0, 0, 0xFFFF])
    }

    /// The IPv4 address that an IPv6 one leads to: mapped (RFC 4291), of NAT64 (RFC 6052), of 6to4 (RFC 3056).
    ///
    /// In a network with NAT64 and DNS64 every public IPv4 host has such an address.
    private static func octets(within groups: [UInt16]) -> [UInt8]? {
        let pair: ArraySlice<UInt16>
        if isMapped(groups) || groups.starts(with: [0x64, 0xFF9B, 0, 0, 0, 0]) {
            pair = groups[6...]
        } else if groups[0] == 0x2002 {
            pair = groups[1...2]
        } else {
            return nil
        }
        return pair.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] }
    }

    /// In lower case, without brackets, a zone and one dot at the end.
    private static func bare(_ host: String) -> String {
        var host = host.lowercased()[...]
        if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
        if host.contains(":") { host = host.prefix { $0 != "%" } }
        if host.hasSuffix(".") { host = host.dropLast() }
        return String(host)
    }
}
