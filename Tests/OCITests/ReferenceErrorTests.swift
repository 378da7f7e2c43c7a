import Diagnostics
import OCI
import TestSupport
import Testing

/// The messages for invalid references, with the position and a suggestion.
@Suite struct ReferenceErrorTests {
    private static let hexadecimal = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"

    private static let rejected = [
        "", "oci://", "/", "a.b/", "a.b/c/", "a.b//c", "/a/b", "a.b/c d", "a.b/c\u{1B}[2J", "a.b/ü", "a.b/-c",
        "a.b/c-", "a.b/c..d", "a.b/../d", "a.b/c?x=1", "a.b/c%2fd", "A..b/c", "a.b/C", "ghcr.io/Me/Plugin:v1",
        "a.b/" + String(repeating: "a", count: 256), String(repeating: "a", count: 248), hexadecimal,
        "a.b/c:", "a.b/c:v1:v2", "a.b/c:v0.0.1+build5", "a.b/c:.x",
        "a.b/c:" + String(repeating: "a", count: 129),
        "a.b/c@", "a.b/c@v1", "a.b/c@sha256:" + hexadecimal.prefix(63),
        "a.b/c@sha256:" + hexadecimal.uppercased(),
        "a.b/c@SHA256:" + hexadecimal, "a.b/c@sha1:" + hexadecimal.prefix(40),
        "a.b/c@sha256:../../../etc/passwd",
        "::1/x", "[::1/x", "[::1%25eth0]/x", "[::ffff:127.0.0.1]/x", "[::1]x/y", "0x7f.1/x", "a_b.c/d",
        "-a.b/c",
        "a..b/c", "a.b:0/c", "a.b:65536/c", "a.b:x/c", "a.b:/c", "http://a.b/c:v1", "https://a.b/c:v1",
        "ftp://a.b/c",
        "user:hush@a.b/c", "https://user:hush@a.b/c",
    ]

    @Test func `errors for invalid references equal the golden file`() throws {
        let texts = Self.rejected.map { text in
            let shown = text.count > 100 ? "\(text.prefix(20))… (\(text.count) characters)" : text.printable
            do throws(Failure) {
                return "\(shown)\ntaken as \(try Reference(parsing: text))"
            } catch {
                return "\(shown)\n\(error)"
            }
        }
        let list = texts.joined(separator: "\n\n") + "\n"
        #expect(!list.contains("taken as"))
        try expectGolden(Array(list.utf8), "oci/reference-errors.txt")
    }
}
