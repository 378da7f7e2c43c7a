import Diagnostics

// Private addresses and metadata services: the rules of ``URLPolicy``.

extension IPAddress {
    /// Returns whether a host is loopback, private, link-local or not classifiable.
    static func isPrivate(host text: String) -> Bool {
        let host = Host(text)
        if host.isLoopback || host.isMetadataService { return true }
        switch host {
        case .address(let address): return address.isPrivate
        case .name(let name):
            return !name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "%") }
        case .unclear: return true
        }
    }

    /// Returns whether a host is a cloud's metadata service, which gives a machine its secrets: any link-local address, and
    /// the few others in use (Alibaba, Azure, Oracle; AWS and Google for IPv6), by address or name.
    ///
    /// A registry never needs such a service, not even a registry in the same network.
    static func isMetadataService(host: String) -> Bool { Host(host).isMetadataService }
}

extension IPAddress.Host {
    /// Exact names only: a longer name may be a company's own host.
    private static let metadataNames: Set<String> = [
        "metadata", "metadata.google.internal", "metadata.goog", "metadata.azure.internal",
        "metadata.tencentyun.com", "instance-data", "instance-data.ec2.internal",
    ]

    fileprivate var isMetadataService: Bool {
        switch self {
        case .address(let address): address.isMetadataService
        case .name(let name): Self.metadataNames.contains(name)
        case .unclear: false
        }
    }
}

extension IPAddress {
    /// Addresses that are not link-local: of Alibaba, Azure and Oracle, and of AWS and Google for IPv6.
    private static let metadataAddresses = Set(
        ["100.100.100.200", "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd20:ce::254"]
            .compactMap { IPAddress($0)?.bytes }
    )

    fileprivate var isMetadataService: Bool {
        let bytes = bytesWithin ?? bytes
        let isOfLink =
            bytes.count == 4
            ? bytes.starts(with: [169, 254]) : bytes[0] == 0xFE && (0x80...0xBF).contains(bytes[1])
        return isOfLink || Self.metadataAddresses.contains(bytes)
    }

    /// Whether it is not a public address.
    ///
    /// For IPv6, only global unicast addresses, `2000::/3`, are public. An address that embeds an IPv4 address is as
    /// private as that one.
    fileprivate var isPrivate: Bool {
        if bytes.count == 4 { return Self.isPrivate(bytes) }
        // A mapped address (::ffff:8.8.8.8) has no legitimate use here, so it always counts as private.
        if !isMapped, let bytes = bytesWithin { return Self.isPrivate(bytes) }
        return bytes[0] & 0xE0 != 0x20
    }

    private static func isPrivate(_ bytes: [UInt8]) -> Bool {
        switch (bytes[0], bytes[1]) {
        case (192, 0): bytes[2] == 0
        case (0, _), (10, _), (127, _), (169, 254), (192, 168), (100, 64...127), (172, 16...31),
            (198, 18...19):
            true
        case (224..., _): true
        default: false
        }
    }

    private var isMapped: Bool { bytes.starts(with: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF]) }

    /// The IPv4 address embedded in an IPv6 address: mapped (RFC 4291), NAT64 (RFC 6052) or 6to4 (RFC 3056).
    ///
    /// In a network with NAT64 and DNS64, every public IPv4 host has such an address.
    private var bytesWithin: [UInt8]? {
        if isMapped || bytes.starts(with: [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0]) {
            return Array(bytes[12...])
        }
        return bytes.count == 16 && bytes.starts(with: [0x20, 0x02]) ? Array(bytes[2..<6]) : nil
    }
}
