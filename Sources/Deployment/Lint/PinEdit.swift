package import OCI
package import YAML

/// A change of a file that writes a pin; all other bytes stay.
package struct PinEdit: Sendable {
    private let range: Range<Int>
    private let text: [UInt8]

    /// Creates the change that pins the url of an image; `nil` if the url is not written in one piece on one line.
    package init?(pinning image: ImageUse, to digest: Digest, in bytes: [UInt8]) {
        guard let url = image.url.string, !image.hasPinField, !url.contains(where: { "?#".contains($0) }),
            !Self.hasUser(url),
            let range = Self.range(of: url, in: image.url, bytes)
        else { return nil }
        var name = url[...]
        if image.reference.digest != nil, let at = name.lastIndex(of: "@") { name = name[..<at] }
        var isTagged = false
        if let tag = image.reference.tag, name.hasSuffix(":\(tag)") {
            name = name.dropLast(tag.description.count + 1)
            isTagged = true
        }
        var text = Array("\(name)@\(digest)".utf8)
        let end = image.url.range.upperBound
        text += bytes[range.upperBound..<end]
        let comment = (isTagged || image.reference.digest == nil) && Self.mayComment(after: end, in: bytes)
        if comment { text += "  # \(image.reference.tag?.description ?? "latest")".utf8 }
        self.range = range.lowerBound..<end
        self.text = text
    }

    /// Creates the change of `sha256`; `nil` if it is not written in one piece on one line.
    package init?(correcting sha256: Node, to digest: Digest, in bytes: [UInt8]) {
        guard let old = sha256.string, let range = Self.range(of: old, in: sha256, bytes) else { return nil }
        self.range = range
        text = Array(digest.encoded.utf8)
    }

    /// Returns a file with changes.
    package static func apply(_ edits: [PinEdit], to bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        var position = 0
        for edit in edits.sorted(by: { $0.range.lowerBound < $1.range.lowerBound })
        where edit.range.lowerBound >= position && edit.range.upperBound <= bytes.count {
            result += bytes[position..<edit.range.lowerBound]
            result += edit.text
            position = edit.range.upperBound
        }
        return result + bytes[position...]
    }

    /// Whether there is an `@` before the repository.
    private static func hasUser(_ url: String) -> Bool {
        let name = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        guard let slash = name.firstIndex(of: "/") else { return false }
        return name[..<slash].contains("@")
    }

    /// Whether it changes a byte that another one changes.
    package func overlaps(_ other: PinEdit) -> Bool { range.overlaps(other.range) }

    /// Returns the tag in the comment after a value: `# v1`.
    static func tag(after node: Node, in bytes: [UInt8]) -> Tag? {
        let line = bytes.dropFirst(node.range.upperBound).prefix { $0 != 0x0A && $0 != 0x0D }
        let rest = line.drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: ",") }
        guard rest.first == UInt8(ascii: "#") else { return nil }
        let words = rest.dropFirst().split { $0 == 0x20 || $0 == 0x09 }
        guard words.count == 1, let word = words.first else { return nil }
        return try? Tag(parsing: String(decoding: word, as: UTF8.self))
    }

    /// Returns where a text is written in its scalar; `nil` if it is written in another way, such as with escapes.
    private static func range(of text: String, in node: Node, _ bytes: [UInt8]) -> Range<Int>? {
        guard node.style == .plain || node.style == .quoted, node.range.upperBound <= bytes.count else {
            return nil
        }
        let quote = node.style == .quoted ? 1 : 0
        guard node.range.count >= 2 * quote else { return nil }
        let range = (node.range.lowerBound + quote)..<(node.range.upperBound - quote)
        return bytes[range].elementsEqual(text.utf8) ? range : nil
    }

    /// Whether a comment may follow: the rest of the line is blank, and the file is not JSON.
    private static func mayComment(after end: Int, in bytes: [UInt8]) -> Bool {
        let first = bytes.first { ![0x20, 0x09, 0x0A, 0x0D, 0xEF, 0xBB, 0xBF].contains($0) }
        guard first != UInt8(ascii: "{"), first != UInt8(ascii: "[") else { return false }
        return bytes.dropFirst(end).prefix { $0 != 0x0A }.allSatisfy {
            $0 == 0x20 || $0 == 0x09 || $0 == 0x0D
        }
    }
}
