import Foundation

/// The commands of one fenced block of a page, or of a hidden comment `<!-- run … -->`.
///
/// CONTRIBUTING.md documents the conventions.
struct CommandBlock {
    enum Kind: Equatable {
        /// `console`: commands after `$ `, each followed by what it prints.
        case console
        /// `sh`: commands without output.
        case shell
        /// `yaml`: list items that run `wasmpack`.
        case yaml
        /// A comment that readers do not see: prepares the next block.
        case hidden
        /// A language and a name, such as `c plugin.c`: the content of that file.
        case file(String)
    }

    /// A command, and the lines that the page shows below it.
    struct Step {
        let command: String
        let shown: [String]
        /// Where the shown lines are in the page, counted from 0.
        let shownRange: Range<Int>
        /// The command's line, counted from 1.
        let line: Int
    }

    let kind: Kind
    var steps: [Step] = []

    /// The blocks of a page in their order.
    static func all(in page: Document) -> [CommandBlock] {
        let lines = page.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        var blocks: [CommandBlock] = []
        var index = 0
        while index < lines.count {
            let first = lines[index]
            let start = index + 1
            let kinds: [String: Kind] = ["```console": .console, "```sh": .shell, "```yaml": .yaml]
            let isHidden = first == "<!-- run"
            guard isHidden || first.hasPrefix("```") else {
                index += 1
                continue
            }
            let last = isHidden ? "-->" : "```"
            let end = lines[start...].firstIndex(of: last) ?? lines.count
            let file = first.firstMatch(of: /^```\w+ (\S+)$/).map { Kind.file(String($0.output.1)) }
            if let kind = isHidden ? .hidden : kinds[first] ?? file {
                blocks.append(CommandBlock(kind: kind, lines: lines, range: start..<end))
            }
            index = end + 1
        }
        return blocks
    }

    private init(kind: Kind, lines: [String], range: Range<Int>) {
        self.kind = kind
        if case .file(let name) = kind {
            let content = lines[range].joined(separator: "\n")
            let write =
                "mkdir -p \"$(dirname \(name))\"; cat >\(name) <<'END-OF-FILE'\n\(content)\nEND-OF-FILE"
            steps = [Step(command: write, shown: [], shownRange: range, line: range.lowerBound)]
            return
        }
        var index = range.lowerBound
        while index < range.upperBound {
            let line = index + 1
            guard var command = Self.command(in: lines[index], kind) else {
                index += 1
                continue
            }
            while command.hasSuffix("\\"), index + 1 < range.upperBound {
                index += 1
                command += "\n" + lines[index]
            }
            index += 1
            let start = index
            if kind == .console {
                while index < range.upperBound, !lines[index].hasPrefix("$ ") { index += 1 }
            }
            steps.append(
                Step(
                    command: command,
                    shown: Array(lines[start..<index]),
                    shownRange: start..<index,
                    line: line
                )
            )
        }
    }

    private static func command(in line: String, _ kind: Kind) -> String? {
        switch kind {
        case .console: line.hasPrefix("$ ") ? String(line.dropFirst(2)) : nil
        case .shell, .hidden: line.isEmpty || line.hasPrefix("#") ? nil : line
        case .file: nil
        case .yaml:
            (line.firstMatch(of: /^\s*- (?:run: )?((?!#).*\bwasmpack [a-z].*)$/)?.output.1).map(String.init)
        }
    }
}
