import Foundation
import TestSupport
import Testing

@testable import wasmpack

/// docs/reference has one page a command, generated from the program.
@Suite(.timeLimit(.minutes(5))) struct ReferencePageTests {
    @Test func `each command has a page that agrees with the program`() async throws {
        let surface = try await CommandSurface.read()
        #expect(!surface.commands.isEmpty)
        for command in surface.commands {
            try Self.compare(
                ReferencePage(command: command).text,
                with: "docs/reference/\(command.commandName).md"
            )
        }
    }

    @Test func `the list of commands agrees with the program`() async throws {
        let rows = try await CommandSurface.read().commands.map { command in
            "| [`\(command.commandName)`](\(command.commandName).md) | \(command.abstract ?? "") |"
        }
        let table = (["| command | |", "| --- | --- |"] + rows).joined(separator: "\n") + "\n"
        try Self.compare(table, with: "docs/reference/README.md")
    }

    @Test func `the README lists each command`() async throws {
        let commands = try await CommandSurface.read().commands.map(\.commandName)
        let listed = try Document("README.md").rows("## Commands").dropFirst().compactMap { $0[0].code.first }
        #expect(listed == commands)
    }

    @Test func `the README fits its page`() throws {
        #expect(
            try Document("README.md").text.split(separator: "\n", omittingEmptySubsequences: false).count
                <= 201  // 200 lines, and the empty part after the last line end.
        )
    }

    /// Compares the generated part of a page, or writes it with `WASMPACK_RECORD=1`.
    static func compare(_ generated: String, with path: String) throws {
        let url = Document.root.appending(path: path)
        let page = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        let parts = page.components(separatedBy: ReferencePage.start + "\n\n")
        let before = parts.count == 2 ? parts[0] : ""
        let after =
            (parts.last ?? "").components(separatedBy: "\n" + ReferencePage.end + "\n").dropFirst().first
            ?? ""
        let whole =
            before + ReferencePage.start + "\n\n" + generated + "\n" + ReferencePage.end + "\n" + after
        if ProcessInfo.processInfo.environment["WASMPACK_RECORD"] == "1" {
            if whole != page { try Data(whole.utf8).write(to: url) }
        } else if whole != page {
            let pairs = zip(whole.split(separator: "\n"), page.split(separator: "\n"))
            let difference = pairs.first { $0 != $1 }.map { "\nprogram: \($0)\npage: \($1)" } ?? ""
            Issue.record("\(path) differs from the program\(difference)\n\(ReferencePage.start)")
        }
    }
}
