import Diagnostics

// Private addresses and metadata services: the rules of ``URLPolicy``.

extension IPAddress {
    /// Whether a host belongs to a private network, which may be in doubt.
    ///
    /// "Private" that allows something requires ``private``; "private" that forbids something includes ``doubtful``.
    enum Privacy: Comparable, Sendable {
        /// Certainly not on the internet: loopback, link-local, and networks for private use.
        case `private`
        /// Reserved or not classifiable, and in use for both.
        case doubtful
        /// A global unicast address, or a name.
        case `public`
    }

    /// Classifies a host by its text alone; names are not resolved.
    static func privacy(ofHost text: String) -> Privacy {
        let host = Host(text)
        if host.isLoopback { return .private }
        switch host {
        case .address(let address): return address.privacy
        case .name(let name):
            let isClear = name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "%") }
            return isClear && !host.isMetadataService ? .public : .doubtful
        case .unclear: return .doubtful
        }
    }

    /// Returns whether a host is private, or may be.
    static func mayBePrivate(host text: String) -> Bool { privacy(ofHost: text) < .public }

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
    /// The addresses of nearly all clouds, of containers at AWS, of Alibaba, Azure and Oracle, and of AWS and Google for IPv6.
    private static let metadataAddresses = Set(
        [
            "169.254.169.254", "169.254.170.2", "169.254.170.23", "fe80::a9fe:a9fe", "100.100.100.200",
            "168.63.129.16", "192.0.0.192", "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254",
        ]
        .compactMap { IPAddress($0)?.bytes }
    )

    /// Returns whether an address is that of a metadata service; unlike ``isMetadataService(host:)``, other link-local
    /// addresses are not, because a registry of the user's own link may have one.
    static func isMetadataAddress(_ text: String) -> Bool {
        guard case .address(let address) = Host(text) else { return false }
        return metadataAddresses.contains(address.bytesWithin ?? address.bytes)
    }

    fileprivate var isMetadataService: Bool {
        let bytes = bytesWithin ?? bytes
        return Self.isLinkLocal(bytes) || Self.metadataAddresses.contains(bytes)
    }

    private static func isLinkLocal(_ bytes: [UInt8]) -> Bool {
        bytes.count == 4
            ? bytes.starts(with: [169, 254]) : bytes[0] == 0xFE && (0x80...0xBF).contains(bytes[1])
    }

    /// Whether the address is private.
    ///
    /// A mapped address is dialed as its IPv4 address, and classified like it. For IPv6, only global unicast addresses,
    /// `2000::/3`, are public; NAT64 and 6to4 addresses that embed a private IPv4 address are in doubt.
    private var privacy: Privacy {
        if isMapped, let bytes = bytesWithin { return Self.privacy(ofIPv4: bytes) }
        if bytes.count == 4 { return Self.privacy(ofIPv4: bytes) }
        if let bytes = bytesWithin { return max(Self.privacy(ofIPv4: bytes), .doubtful) }
        if bytes[0] & 0xE0 == 0x20 { return .public }
        let isUniqueLocal = bytes[0] & 0xFE == 0xFC
        let isSiteLocal = bytes[0] == 0xFE && bytes[1] >= 0xC0
        let isUnspecified = bytes.allSatisfy { $0 == 0 }
        guard !Self.metadataAddresses.contains(bytes) else { return .doubtful }
        return isUniqueLocal || isSiteLocal || isUnspecified || Self.isLinkLocal(bytes)
            ? .private : .doubtful
    }

    private static func privacy(ofIPv4 bytes: [UInt8]) -> Privacy {
        if metadataAddresses.contains(bytes) { return .doubtful }
        return switch (bytes[0], bytes[1]) {
        case (10, _), (127, _), (169, 254), (192, 168), (100, 64...127), (172, 16...31): .private
        // Linux dials it as loopback.
        case (0, 0) where bytes == [0, 0, 0, 0]: .private
        // Measurements, in use for public hosts by local proxies ("fake IP").
        case (198, 18...19): .doubtful
        case (192, 0) where bytes[2] == 0: .doubtful
        case (0, _), (224..., _): .doubtful
        default: .public
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
