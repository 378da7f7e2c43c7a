import Diagnostics
import OCI
import Testing

@Suite struct DigestTests {
    @Test func `computes a known digest`() {
        #expect(
            Digest(of: Array("{}".utf8)).description
                == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
        )
    }

    static let rejected: [(text: String, why: String)] = [
        ("", "empty"),
        ("sha256:", "nothing encoded"),
        ("sha256:../../../etc/passwd", "a path (CVE-2024-3727)"),
        ("SHA256:" + String(repeating: "a", count: 64), "an upper-case algorithm"),
        ("sha256:" + String(repeating: "A", count: 64), "upper-case characters"),
        ("sha256:" + String(repeating: "a", count: 63), "one too few"),
        ("sha256:" + String(repeating: "a", count: 65), "one too many"),
        ("sha1:" + String(repeating: "a", count: 40), "a weak algorithm"),
        ("md5:" + String(repeating: "a", count: 32), "a broken algorithm"),
        (String(repeating: "a", count: 64), "no algorithm"),
    ]

    @Test("rejects everything except a well-formed digest", arguments: rejected)
    func rejection(text: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try Digest(parsing: text) }
        #expect(failure?.code == .digestInvalid)
    }

    @Test func `rejects an upper-case digest and suggests the lower-case digest`() {
        let lower = "sha256:" + String(repeating: "a", count: 64)
        for text in [lower.uppercased(), "sha256:" + String(repeating: "A", count: 64)] {
            let failure = #expect(throws: Failure.self) { try Digest(parsing: text) }
            #expect(failure?.hints == [lower])
        }
    }
}
