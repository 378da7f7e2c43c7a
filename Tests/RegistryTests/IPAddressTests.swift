import Diagnostics
import OCI
import TestSupport
import Testing

@testable import Registry

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

@Suite struct IPAddressTests {
    static let loopback: [(host: String, why: String)] = [
        ("localhost", "the name"),
        ("LocalHost", "names have no case"),
        ("localhost.", "with the dot of the root"),
        ("registry.localhost", "RFC 6761"),
        ("127.0.0.1", "the address"),
        ("127.255.255.254", "the whole of 127.0.0.0/8"),
        ("127.0.0.1.", "with a dot at the end"),
        ("127.1", "two numbers"),
        ("127.0.1", "three numbers"),
        ("2130706433", "one number"),
        ("0x7f.1", "hexadecimal"),
        ("0X7F000001", "hexadecimal, one number"),
        ("0177.0.0.1", "octal"),
        ("017700000001", "octal, one number"),
        ("::1", "IPv6"),
        ("[::1]", "IPv6 as URLs write it"),
        ("0:0:0:0:0:0:0:1", "IPv6 in full"),
        ("0000:0000:0000:0000:0000:0000:0000:0001", "IPv6 with all zeros"),
        ("::0001", "IPv6 with some zeros"),
        ("::ffff:127.0.0.1", "IPv4 within IPv6"),
        ("::FFFF:7f00:1", "IPv4 within IPv6, in groups"),
        ("0:0:0:0:0:ffff:7f12:3456", "IPv4 within IPv6, in full"),
    ]

    @Test("recognizes loopback hosts", arguments: loopback)
    func isLoopback(host: String, why: String) {
        #expect(IPAddress.Host(host).isLoopback, "\(why)")
        #expect(IPAddress.privacy(ofHost: host) == .private, "\(why)")
    }

    static let elsewhere: [(host: String, why: String)] = [
        ("localhost.evil.com", "a name of someone else's"),
        ("127.0.0.1.nip.io", "a name that resolves to loopback, but does not say so"),
        ("notlocalhost", "ends alike"),
        ("localhost..", "no name at all"),
        ("128.0.0.1", "the next network"),
        ("126.255.255.255", "the network before"),
        ("0x80.1", "the next network, in hexadecimal"),
        ("127.0.0.256", "no address"),
        ("127.0.0.1.1", "no address"),
        ("0.0.0.0", "any address, not this one"),
        ("::", "any address, not this one"),
        ("::2", "the next address"),
        ("::127.0.0.1", "an IPv4-compatible address is not dialed as IPv4"),
        ("", "nothing"),
    ]

    @Test("recognizes hosts that are not loopback", arguments: elsewhere)
    func isNotLoopback(host: String, why: String) {
        #expect(!IPAddress.Host(host).isLoopback, "\(why)")
    }

    static let hidden: [(host: String, why: String)] = [
        ("0.0.0.0", "dialed as loopback by Linux"),
        ("0", "0.0.0.0 in one number"),
        ("10.0.0.1", "RFC 1918"),
        ("172.16.0.1", "RFC 1918, the first"),
        ("172.31.255.255", "RFC 1918, the last"),
        ("192.168.1.1", "RFC 1918"),
        ("100.64.0.0", "RFC 6598, carriers, the first"),
        ("100.127.255.255", "RFC 6598, carriers, the last"),
        ("169.254.169.254", "the metadata service"),
        ("169.254.43518", "the metadata service in three numbers"),
        ("2852039166", "the metadata service in one number"),
        ("0xa9fea9fe", "the metadata service in hexadecimal"),
        ("0251.0376.0251.0376", "the metadata service in octal"),
        ("192.0.0.1", "RFC 6890, of the protocol itself"),
        ("168.63.129.16", "Azure's metadata service, on a public address"),
        ("198.18.0.1", "RFC 2544, measurements"),
        ("224.0.0.1", "multicast"),
        ("255.255.255.255", "broadcast"),
        ("metadata.google.internal", "the metadata service by name"),
        ("METADATA.google.internal.", "the metadata service by name, spelled otherwise"),
        ("metadata", "the metadata service by its short name"),
        ("instance-data.ec2.internal", "Amazon's metadata service"),
        ("999.1.1.1", "ends as an address does and is none: cannot be judged"),
        ("08.1.1.1", "octal that is none: cannot be judged"),
        ("1.2.3.4.5", "five numbers: cannot be judged"),
        ("0x", "half a number: cannot be judged"),
        ("127%2e0.0.1", "an escape: cannot be judged"),
        ("169。254。169。254", "dots that an IDN library turns into dots: cannot be judged"),
        ("①②⑦.0.0.1", "digits that an IDN library turns into digits: cannot be judged"),
        ("127.0.0.1 x", "a space, where inet_aton stops reading"),
        ("::", "any address"),
        ("[::]", "any address as URLs write it"),
        ("fc00::1", "RFC 4193"),
        ("fd00:ec2::254", "the metadata service"),
        ("FE80::1", "a link's"),
        ("fe80::1%eth0", "a link's, with its zone"),
        ("febf::1", "a link's, the last"),
        ("fec0::1", "a site's, deprecated"),
        ("ff02::1", "multicast"),
        ("::ffff:10.0.0.1", "IPv4 within IPv6"),
        ("64:ff9b::a9fe:a9fe", "the metadata service behind NAT64"),
        ("0064:ff9b:0::169.254.169.254", "the same, spelled otherwise"),
        ("2002:a9fe:a9fe::1", "the metadata service behind 6to4"),
        ("2002:7f00:1::", "loopback behind 6to4"),
        ("1::2::3", "no address: cannot be judged"),
        ("169.254.169.254..", "two dots at the end: cannot be judged"),
    ]

    @Test("recognizes hosts that may be private", arguments: hidden)
    func isPrivate(host: String, why: String) {
        #expect(IPAddress.mayBePrivate(host: host), "\(why)")
    }

    static let metadata: [(host: String, isOne: Bool, why: String)] = [
        ("169.254.169.254", true, "nearly every cloud's"),
        ("169.254.170.2", true, "for containers of AWS"),
        ("2852039166", true, "in one number"),
        ("[fe80::a9fe:a9fe]", true, "the link's, IPv6"),
        ("fd00:ec2::254", true, "AWS, IPv6"),
        ("100.100.100.200", true, "Alibaba's"),
        ("::ffff:169.254.169.254", true, "IPv4 within IPv6"),
        ("64:ff9b::a9fe:a9fe", true, "behind NAT64"),
        ("2002:a9fe:a9fe::", true, "behind 6to4"),
        ("Metadata.google.internal.", true, "Google's, by name"),
        ("instance-data.ec2.internal", true, "Amazon's, by name"),
        ("metadata", true, "Google's, by its short name"),
        ("192.0.0.192", true, "Oracle's"),
        ("168.63.129.16", true, "Azure's"),
        ("fd20:ce::254", true, "Google's, IPv6"),
        ("metadata.example.com", false, "a company's own host"),
        ("instance-data.example.com", false, "a company's own host"),
        ("192.0.0.193", false, "its neighbour"),
        ("168.63.129.17", false, "its neighbour"),
        ("fd20:ce::253", false, "its neighbour"),
        ("10.0.0.1", false, "a private network"),
        ("127.0.0.1", false, "this machine"),
        ("::1", false, "this machine"),
        ("fd00:ec2::253", false, "its neighbour"),
        ("100.100.100.201", false, "its neighbour"),
        ("169.253.169.254", false, "another network"),
        ("fec0::1", false, "a site's, not the link's"),
        ("metadatastore.example", false, "begins alike"),
        ("2001:4860:4860::8888", false, "a public address"),
        ("", false, "nothing"),
    ]

    @Test("recognizes cloud metadata services", arguments: metadata)
    func isMetadataService(host: String, isOne: Bool, why: String) {
        #expect(IPAddress.isMetadataService(host: host) == isOne, "\(why)")
    }

    static let open: [(host: String, why: String)] = [
        ("example.com", "a name"),
        ("metadatastore.example", "begins alike"),
        ("a_b.example", "a name that some use"),
        ("metadata.example.com", "a company's own host"),
        ("192.0.1.1", "after 192.0.0.0/24"),
        ("1.1.1.1", "a public address"),
        ("9.255.255.255", "before 10.0.0.0/8"),
        ("11.0.0.0", "after 10.0.0.0/8"),
        ("172.15.255.255", "before 172.16.0.0/12"),
        ("172.32.0.0", "after 172.16.0.0/12"),
        ("100.63.255.255", "before 100.64.0.0/10"),
        ("100.128.0.0", "after 100.64.0.0/10"),
        ("192.167.255.255", "before 192.168.0.0/16"),
        ("223.255.255.255", "before multicast"),
        ("10.example", "a name that begins with a number"),
        ("fd00.example", "a name that begins as private IPv6 does"),
        ("2606:4700::1111", "a public address"),
        ("2002:808:808::1", "6to4 of a public address"),
        ("64:ff9b::808:808", "NAT64 of a public address"),
        ("::ffff:8.8.8.8", "dialed as the public address within it"),
        ("::ffff:203.0.113.5", "dialed as the public address within it"),
        ("0:0:0:0:0:ffff:cb00:7105", "the same in full"),
    ]

    @Test("recognizes public hosts", arguments: open)
    func isPublic(host: String, why: String) {
        #expect(!IPAddress.mayBePrivate(host: host), "\(why)")
    }

    static let certain: [(host: String, isCertain: Bool, why: String)] = [
        ("10.1.2.3", true, "RFC 1918"),
        ("::ffff:10.1.2.3", true, "dialed as RFC 1918"),
        ("fd12::1", true, "RFC 4193"),
        ("fe80::1", true, "a link's"),
        ("169.254.7.7", true, "a link's"),
        ("100.64.0.1", true, "a carrier's"),
        ("0.0.0.0", true, "dialed as loopback"),
        ("localhost", true, "this machine"),
        ("::ffff:203.0.113.5", false, "dialed as a public address"),
        ("198.18.0.5", false, "a local proxy gives such addresses to public names"),
        ("64:ff9b::a00:1", false, "behind NAT64, which should not lead to private networks"),
        ("2002:a00:1::", false, "behind 6to4"),
        ("64:ff9b:1::1", false, "local NAT64, which may lead to the internet"),
        ("192.0.0.8", false, "of the protocol itself"),
        ("224.0.0.1", false, "multicast"),
        ("240.0.0.1", false, "reserved"),
        ("ff02::1", false, "multicast"),
        ("::8.8.8.8", false, "deprecated"),
        ("169.254.169.254", false, "the metadata service is not a registry"),
        ("168.63.129.16", false, "a public address"),
        ("metadata.google.internal", false, "a name"),
        ("127%2e0.0.1", false, "an escape"),
        ("1.2.3.4.5", false, "five numbers"),
        ("registry.example", false, "a name"),
    ]

    @Test("grants nothing to a host whose privacy is in doubt", arguments: certain)
    func isCertain(host: String, isCertain: Bool, why: String) {
        #expect((IPAddress.privacy(ofHost: host) == .private) == isCertain, "\(why)")
    }

    @Test func `parses IPv4 like inet_aton`() {
        var random = SeededGenerator(seed: 3)
        let pieces = [
            "0", "1", "127", "0177", "0x7f", "0X7F", "255", "256", "65535", "2130706433", "08", "-1", "7f",
            "",
        ]
        for _ in 0..<5_000 {
            let count = 1 + random.next(below: 5)
            let host = (0..<count).map { _ in pieces[random.next(below: pieces.count)] }.joined(
                separator: "."
            )
            // inet_aton does not accept a dot at the end.
            guard host.last != "." else { continue }
            var address = in_addr()
            let isAddress = inet_aton(host, &address) == 1
            let isDialedHere = isAddress && UInt32(bigEndian: address.s_addr) >> 24 == 127
            #expect(IPAddress.Host(host).isLoopback == isDialedHere, "\(host)")
        }
    }

    @Test func `parses IPv6 like inet_pton`() {
        var random = SeededGenerator(seed: 4)
        let pieces = ["0", "::", ":", ":0:", ":1", "ffff", "1.2.3.4", "00001", "0:0:0:0", "g", "+1", "."]
        var addresses = 0
        for _ in 0..<20_000 {
            let text = (0..<1 + random.next(below: 6)).map { _ in pieces[random.next(below: pieces.count)] }
                .joined()
            // Brackets mark the text as IPv6; a reference may contain only the form without dots.
            guard !text.contains(".") else { continue }
            var address = in6_addr()
            let isAddress = inet_pton(AF_INET6, text, &address) == 1
            addresses += isAddress ? 1 : 0
            #expect(((try? RegistryName(parsing: "[\(text)]")) != nil) == isAddress, "\(text)")
        }
        #expect(addresses > 100)
    }
}
