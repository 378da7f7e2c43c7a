import OCI
import Testing

@testable import Deployment

/// The pins that `lint --fix` writes: the url changes, everything else stays byte for byte.
@Suite struct PinEditTests {
    static let digest = "sha256:" + String(repeating: "ab", count: 32)

    /// The line of the url before and after; `nil` if it is not changed.
    static let lines: [(before: String, after: String?, why: String)] = [
        ("url: oci://r.io/a:v1", "url: oci://r.io/a@\(digest)  # v1", "the tag becomes a comment"),
        ("url: oci://r.io/a", "url: oci://r.io/a@\(digest)  # latest", "no tag is latest"),
        ("url: \"oci://r.io/a:v1\"", "url: \"oci://r.io/a@\(digest)\"  # v1", "in double quotes"),
        ("url: 'oci://r.io/a:v1'", "url: 'oci://r.io/a@\(digest)'  # v1", "in single quotes"),
        ("url:   oci://r.io:5000/a:v1   ", "url:   oci://r.io:5000/a@\(digest)  # v1   ", "blanks stay"),
        ("url: oci://r.io/a:v1 # mine", "url: oci://r.io/a@\(digest) # mine", "a comment stays"),
        ("url: oci://r.io/a:v1\r", "url: oci://r.io/a@\(digest)  # v1\r", "CRLF stays"),
        ("url: r.io/a:v1", "url: r.io/a@\(digest)  # v1", "without a scheme"),
        (#"url: "oci://r.io/\x61:v1""#, nil, "escapes"),
        ("url: oci://r.io/a:v1?x", nil, "a query"),
        ("url: oci://r.io/a:v1\n  sha256: \(digest.dropFirst(7))", nil, "sha256 pins it"),
        ("url: oci://r.io/a:v1\n  sha256: \(digest)", nil, "sha256 is not a digest, but is meant as one"),
        (
            "url: oci://r.io/a:v1\n  sha256: \"\"", "url: oci://r.io/a@\(digest)  # v1\n  sha256: \"\"",
            "no sha256"
        ),
        ("url: oci://user:pw@r.io/a:v1", nil, "a user"),
        ("url: oci://user:pw@r.io/a@sha256:\(String(repeating: "c", count: 64))", nil, "a user and a digest"),
    ]

    private func image(_ text: String) throws -> (ImageUse, [UInt8]) {
        let bytes = Array(text.utf8)
        let linter = Linter([ManifestFile("m.yaml", bytes)], for: [])
        return (try #require(linter.images.first), bytes)
    }

    private func text(_ line: String) -> String {
        "# é\napiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: p}\nspec:\n  \(line)\n  phase:   AUTHN\n"
    }

    @Test("pins a url, and keeps the rest of the file", arguments: lines)
    func pinning(before: String, after: String?, why: String) throws {
        let (image, bytes) = try image(text(before))
        let edit = PinEdit(pinning: image, to: try Digest(parsing: Self.digest), in: bytes)
        #expect((edit == nil) == (after == nil), "\(why)")
        guard let edit, let after else { return }
        #expect(String(decoding: PinEdit.apply([edit], to: bytes), as: UTF8.self) == text(after), "\(why)")
    }

    @Test func `corrects a digest in the url and in sha256`() throws {
        let other = "sha256:" + String(repeating: "cd", count: 32)
        let (pinned, bytes) = try image(text("url: oci://r.io/a@\(other)  # v1"))
        let edit = try #require(PinEdit(pinning: pinned, to: try Digest(parsing: Self.digest), in: bytes))
        #expect(
            String(decoding: PinEdit.apply([edit], to: bytes), as: UTF8.self)
                == text("url: oci://r.io/a@\(Self.digest)  # v1")
        )
        #expect(pinned.tag?.description == "v1")
        let (field, more) = try image(
            text("url: oci://r.io/a:v1\n  sha256: \"\(other.dropFirst(7))\" # of the module")
        )
        let node = try #require(field.sha256)
        let correction = try #require(
            PinEdit(correcting: node, to: try Digest(parsing: Self.digest), in: more)
        )
        #expect(
            String(decoding: PinEdit.apply([correction], to: more), as: UTF8.self)
                == text("url: oci://r.io/a:v1\n  sha256: \"\(Self.digest.dropFirst(7))\" # of the module")
        )
    }

    @Test func `of overlapping changes, only the first is made`() throws {
        let (image, bytes) = try image(text("url: oci://r.io/a:v1"))
        let first = try #require(PinEdit(pinning: image, to: try Digest(parsing: Self.digest), in: bytes))
        let other = "sha256:" + String(repeating: "cd", count: 32)
        let second = try #require(PinEdit(pinning: image, to: try Digest(parsing: other), in: bytes))
        #expect(first.overlaps(second) && second.overlaps(first))
        #expect(PinEdit.apply([first, second], to: bytes) == PinEdit.apply([first], to: bytes))
    }

    @Test func `writes no comment into JSON`() throws {
        let json =
            #"{"apiVersion":"extensions.istio.io/v1alpha1","kind":"WasmPlugin","metadata":{"name":"p"},"spec":{"url":"oci://r.io/a:v1""#
            + "\n}}"
        let (image, bytes) = try image(json)
        let edit = try #require(PinEdit(pinning: image, to: try Digest(parsing: Self.digest), in: bytes))
        let new = String(decoding: PinEdit.apply([edit], to: bytes), as: UTF8.self)
        #expect(new == json.replacing("a:v1", with: "a@\(Self.digest)"))
    }
}
