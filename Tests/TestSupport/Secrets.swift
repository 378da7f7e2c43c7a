package import Foundation

/// Finds secrets in outputs: every secret of the tests contains `hush`, and every token is a JWT.
package enum Secrets {
    /// The mark in all secrets of the tests.
    package static let mark = "hush"

    /// Returns a unique password with the mark, for one test.
    package static func password() -> String { "\(mark)-\(UInt64.random(in: .min ... .max))" }

    /// The mark, and its base64 encodings at each position in a group of three bytes.
    static let marks: [String] =
        [mark]
        + (0..<3).map { offset in
            let encoded = Data(repeating: 0, count: offset) + Data(mark.utf8)
            // The first and the last character contain bits of the surrounding bytes.
            let first = (offset * 8 + 5) / 6
            let last = (offset + mark.utf8.count) * 8 / 6
            return String(Array(encoded.base64EncodedString())[first..<last])
        }

    /// Returns the occurrences of secrets in a text, each with some context.
    package static func found(in text: String) -> [String] {
        guard mayContain(Data(text.utf8)) else { return [] }
        let places = marks.flatMap { text.ranges(of: $0) } + text.ranges(of: /eyJ[\w-]{8,}\.eyJ/)
        return places.map { place in
            let start =
                text.index(place.lowerBound, offsetBy: -40, limitedBy: text.startIndex) ?? text.startIndex
            let end = text.index(place.upperBound, offsetBy: 40, limitedBy: text.endIndex) ?? text.endIndex
            return String(text[start..<end])
        }
    }

    /// Whether a search in a text of these bytes may find anything; most have none, and this is a hundred times as fast.
    private static func mayContain(_ bytes: Data) -> Bool {
        (marks + ["eyJ"]).contains { bytes.range(of: Data($0.utf8)) != nil }
    }

    /// Returns the files below a folder that contain a secret, except files that should contain one.
    ///
    /// Skips modules and files larger than a document, because random bytes may match.
    package static func found(inFilesBelow folder: URL, except names: Set<String>) -> [String] {
        guard let files = FileManager.default.enumerator(atPath: folder.path()) else { return [] }
        return files.compactMap { $0 as? String }.filter { file in
            let name = URL(filePath: file).lastPathComponent
            let path = folder.appending(path: file)
            guard !names.contains(name), !names.contains(file),
                let size = try? path.resourceValues(forKeys: [.fileSizeKey]).fileSize, size < 1024 * 1024,
                let bytes = try? Data(contentsOf: path), !bytes.starts(with: [0, 0x61, 0x73, 0x6D]),
                mayContain(bytes)
            else { return false }
            return !found(in: String(decoding: bytes, as: UTF8.self)).isEmpty
        }
    }
}
