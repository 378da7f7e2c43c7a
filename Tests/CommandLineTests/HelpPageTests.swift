import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import wasmpack

/// Every page of help: of the program, the commands, the topics and the codes of errors.
@Suite struct HelpPageTests {
    private static func pages(width: Int) throws -> [(name: String, lines: [String])] {
        var pages = [("wasmpack", HelpPage.root(width: width))]
        for name in CommandSurface.names {
            let command = try #require(try CommandSurface.command(named: name))
            pages.append((name, HelpPage.command(command, width: width)))
        }
        pages += try HelpTopic.allCases.map { ($0.rawValue, try HelpPage.topic($0, width: width)) }
        pages += Failure.Code.allCases.map { ($0.rawValue, HelpPage.code($0, width: width)) }
        return pages.map { name, text in
            (name, text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init))
        }
    }

    @Test("no line is too wide, except a single word in a narrow window", arguments: [80, 56, 40, 20])
    func widths(columns: Int) throws {
        let pages = try Self.pages(width: columns)
        #expect(pages.count > 60)
        for (name, lines) in pages {
            for line in lines where line.count > columns {
                let words = line.split(separator: " ").filter { $0 != "\\" }
                #expect(columns < 80 && words.count == 1, "\(name): \(line)")
            }
        }
    }

    @Test func `the list of commands has one line for each in 80 columns`() {
        let lines = HelpPage.root(width: 80).split(separator: "\n")
        #expect(lines.contains { $0.hasPrefix("       check     Check that Istio") }, "\(lines)")
        #expect(!lines.contains { $0.hasPrefix("       ") && !$0.contains(/^ +[a-z]+ +[A-Z]/) }, "\(lines)")
    }

    @Test func `an example fits a line of 80 columns, and is the same command for a shell in 40`() throws {
        let wide = try Self.pages(width: 200).flatMap { Self.examples($0.lines) }
        let usual = try Self.pages(width: 80).flatMap { Self.examples($0.lines) }
        #expect(usual == wide && wide.count > 25)
        #expect(!usual.contains { $0.contains("\\\n") }, "\(usual)")
        let narrow = try Self.pages(width: 40).flatMap { Self.examples($0.lines) }
        #expect(narrow.contains { $0.contains("\\\n") })
        try #expect(Self.shellWords(narrow) == Self.shellWords(wide))
    }

    /// The commands in a page, each with its continuation.
    private static func examples(_ lines: [String]) -> [String] {
        var examples: [String] = []
        for line in lines {
            if let last = examples.last, last.hasSuffix("\\") {
                examples[examples.count - 1] = last + "\n" + line
            } else if line.contains(#/^  (?:wasmpack|printf|source) /#) {
                examples.append(line)
            }
        }
        return examples
    }

    /// The words of commands as bash reads them; only functions of the same names run.
    private static func shellWords(_ commands: [String]) throws -> [String] {
        let functions = ["wasmpack", "printf", "source"].map { name in
            "\(name)() { echo \"\(name)\"; for word; do echo \"  $word\"; done; cat; }\n"
        }
        // `cat` passes the words of the command before a pipe on.
        let script =
            "exec </dev/null\n" + functions.joined()
            // A reader of every pipe; no file is written.
            + commands.map { "\($0.replacing("<(", with: "$(").replacing(">", with: ""))\n" }.joined()
        let run = try Tool.run("/bin/bash", ["-c", script])
        #expect(run.status == 0 && run.errors.isEmpty, "\(run.errors)")
        return run.output.split(separator: "\n").map(String.init)
    }
}
