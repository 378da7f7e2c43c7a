import Foundation

/// A page of the documentation, or another text of the repository.
struct Document {
    /// The root of the repository.
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Where it is, from the root.
    let path: String
    let text: String

    init(_ path: String) throws {
        self.path = path
        text = try String(contentsOf: Self.root.appending(path: path), encoding: .utf8)
    }

    /// Every page of ours: those at the root, and all below docs, Tests and Fixtures.
    static func pages() throws -> [Document] {
        let files = FileManager.default
        let top = try files.contentsOfDirectory(atPath: root.path())
        let below = ["docs", "Tests", "Fixtures"].flatMap { folder in
            (files.enumerator(atPath: root.appending(path: folder).path())?.compactMap { $0 as? String } ?? [])
                .map { "\(folder)/\($0)" }
        }
        return try (top + below).filter { $0.hasSuffix(".md") }.sorted().map(Document.init)
    }

    /// The lines outside of code blocks.
    var prose: [Substring] {
        var isCode = false
        return text.split(separator: "\n", omittingEmptySubsequences: false).filter { line in
            if line.hasPrefix("```") { isCode.toggle() }
            return !isCode && !line.hasPrefix("```")
        }
    }

    var headings: [Substring] { prose.filter { $0.hasPrefix("#") } }

    /// The lines below a heading, up to the next one of its level or a higher one.
    func section(_ heading: some StringProtocol) -> [Substring] {
        let level = heading.prefix { $0 == "#" }.count
        let lines = prose
        guard let start = lines.firstIndex(where: { $0 == heading }) else { return [] }
        return Array(
            lines[(start + 1)...].prefix { line in
                let own = line.prefix { $0 == "#" }.count
                return own == 0 || own > level
            }
        )
    }

    /// The cells of the tables below a heading, without the lines that begin a table.
    func rows(_ heading: some StringProtocol) -> [[String]] {
        section(heading).filter { $0.hasPrefix("| ") && !$0.hasPrefix("| ---") }.map { line in
            line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
        }
    }
}

extension StringProtocol {
    /// What stands between backticks.
    var code: [String] { String(self).matches(of: /`([^`]+)`/).map { String($0.output.1) } }
}
