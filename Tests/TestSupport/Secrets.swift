package import Foundation

/// Finds what no output may hold: every secret of the tests has `hush` in it, and every token is a JWT.
package enum Secrets {
    /// What the secrets of the tests have in common.
    package static let mark = "hush"

    /// A password of its own for one test, with the mark in it.
    package static func password() -> String { "\(mark)-\(UInt64.random(in: .min ... .max))" }

    /// The mark as it is, and what base64 makes of it, wherever in a group of three bytes it begins.
    static let marks: [String] =
        [mark]
        + (0..<3).map { offset in
            let encoded = Data(repeating: 0, count: offset) + Data(mark.utf8)
            // The first and the last character hold bits of what stands around the mark.
            let first = (offset * 8 + 5) / 6
            let last = (offset + mark.utf8.count) * 8 / 6
            return String(Array(encoded.base64EncodedString())[first..<last])
        }

    /// The places in a text where a secret stands, each with a little of what is around it.
    package static func found(in text: String) -> [String] {
        let places = marks.flatMap { text.ranges(of: $0) } + text.ranges(of: /eyJ[\w-]{8,}\.eyJ/)
        return places.map { place in
            let start =
                text.index(place.lowerBound, offsetBy: -40, limitedBy: text.startIndex) ?? text.startIndex
            let end = text.index(place.upperBound, offsetBy: 40, limitedBy: text.endIndex) ?? text.endIndex
            return String(text[start..<end])
        }
    }

    /// The files below a folder that hold a secret, except those that are there to hold one.
    ///
    /// Modules and what is larger than a document are left out: a random word may be anything.
    package static func found(inFilesBelow folder: URL, except names: Set<String>) -> [String] {
        guard let files = FileManager.default.enumerator(atPath: folder.path()) else { return [] }
        return files.compactMap { $0 as? String }.filter { file in
            let name = URL(filePath: file).lastPathComponent
            let path = folder.appending(path: file)
            guard !names.contains(name), !names.contains(file),
                let size = try? path.resourceValues(forKeys: [.fileSizeKey]).fileSize, size < 1024 * 1024,
                let bytes = try? Data(contentsOf: path), !bytes.starts(with: [0, 0x61, 0x73, 0x6D])
            else { return false }
            return !found(in: String(decoding: bytes, as: UTF8.self)).isEmpty
        }
    }
}
