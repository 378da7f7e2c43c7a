import Foundation
import TestSupport
import Testing

@testable import wasmpack

/// Runs the commands of the README and docs, and compares what they print with what the pages show.
///
/// With `WASMPACK_RECORD=1`, writes what they print into the pages.
@Suite(
    .timeLimit(.minutes(10)),
    .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped)
)
struct DocumentedCommandTests {
    private static let isRecording = ProcessInfo.processInfo.environment["WASMPACK_RECORD"] == "1"
    /// The version of zlib that made the digests of the documents.
    private static let documentedZlib = "zlib 1.2.13"

    /// The pages with commands; decisions and architecture show none.
    static let pages: [String] = ((try? Document.pages()) ?? []).map(\.path).filter { path in
        path == "README.md" || path == "CONTRIBUTING.md"
            || (path.hasPrefix("docs/") && !path.hasPrefix("docs/decisions/"))
    }.sorted()

    /// A text of commands that no test runs.
    private struct NotRun {
        let text: String
        /// Whether the text is the whole command.
        let isWhole: Bool

        func fits(_ command: String) -> Bool { isWhole ? command == text : command.contains(text) }
    }

    private static func notRun() throws -> [NotRun] {
        try Document("Tests/Support/commands-not-run.md").rows("# Commands that no test runs").dropFirst()
            .compactMap { row in
                row.first?.code.first.map { NotRun(text: $0, isWhole: row[0].hasSuffix(" alone")) }
            }
    }

    @Test(
        "each command of a page does what the page shows",
        arguments: pages.filter { !$0.hasPrefix("docs/guides/") }
    )
    func runs(path: String) async throws { try await Self.run(path) }

    /// Runs the commands of a page.
    fileprivate static func run(_ path: String) async throws {
        let page = try Document(path)
        let notRun = try notRun()
        let blocks = CommandBlock.all(in: page)
        guard blocks.contains(where: { !$0.steps.isEmpty }) else { return }
        let shell = try await DocumentedShell()
        let version = try await shell.run("wasmpack --version").output
        var recorded: [(range: Range<Int>, lines: [String])] = []
        for block in blocks {
            for step in block.steps where !notRun.contains(where: { $0.fits(step.command) }) {
                let (status, output) = try await shell.run(step.command)
                let place = "\(path):\(step.line): $ \(step.command)"
                #expect(Secrets.found(in: output).isEmpty, "\(place)")
                let shown = ShownOutput(
                    shown: step.shown,
                    printed: output,
                    comparesDigests: version.contains(documentedZlib)
                )
                let mayFail = (block.kind == .console ? output : "").contains(
                    /(?m)^(error\[|Error:|.*\bFAIL\b)/
                )
                #expect((status != 0) == mayFail, "\(place)\nexit \(status)\n\(output)")
                guard block.kind == .console, !shown.agrees else { continue }
                if isRecording {
                    recorded.append((step.shownRange, shown.printed))
                } else {
                    Issue.record(
                        "\(place)\nshown:\n\(step.shown.joined(separator: "\n"))\nprinted:\n\(output)"
                    )
                }
            }
        }
        if !recorded.isEmpty { try write(recorded, to: page) }
    }

    private static func write(_ recorded: [(range: Range<Int>, lines: [String])], to page: Document) throws {
        var lines = page.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for (range, printed) in recorded.reversed() { lines.replaceSubrange(range, with: printed) }
        try Data(lines.joined(separator: "\n").utf8).write(to: Document.root.appending(path: page.path))
    }

    @Test func `each command that is not run is shown somewhere`() throws {
        let shown = try Self.pages.flatMap { CommandBlock.all(in: try Document($0)) }.flatMap(\.steps)
        for command in try Self.notRun() {
            #expect(shown.contains { command.fits($0.command) }, "\(command.text) is shown nowhere")
        }
    }

    @Test func `no block of another kind shows a command`() throws {
        for page in try Self.pages.map(Document.init) {
            var kind: Substring?
            for line in page.text.split(separator: "\n") {
                if let fence = line.firstMatch(of: /^( *```)(\w*)/) {
                    kind = kind == nil ? fence.output.1 + fence.output.2 : nil
                } else if let kind, !["```console", "```sh", "```yaml", "```text"].contains(kind) {
                    #expect(!line.contains(/\bwasmpack [a-z]+\s/), "\(page.path): \(line) in \(kind)")
                }
            }
        }
    }

    @Test func `each command in the text has a name and flags that exist`() async throws {
        let surface = try await CommandSurface.read()
        for page in try Self.pages.map(Document.init) {
            for code in page.prose.flatMap(\.code) where code.hasPrefix("wasmpack ") {
                let words = code.split(separator: " ").map(String.init)
                guard let name = words.dropFirst().first, !name.hasPrefix("-"), name != "help" else {
                    continue
                }
                guard name.contains(/^[a-z]+$/) else { continue }
                guard let command = surface.command(named: name) else {
                    Issue.record("\(page.path): `\(code)`: no such command")
                    continue
                }
                let flags = words.filter { $0.hasPrefix("-") && $0 != "-" }.map {
                    String($0.prefix { $0 != "=" })
                }
                for flag in flags where flag != "--help" && flag != "--version" {
                    #expect(command.flags.contains(flag), "\(page.path): `\(code)`: no such flag")
                }
            }
        }
    }

    @Test func `a shown output that differs is found`() {
        func agrees(_ shown: String, _ printed: String, digests: Bool = true) -> Bool {
            ShownOutput(
                shown: shown.split(separator: "\n", omittingEmptySubsequences: false).map(String.init),
                printed: printed + "\n",
                comparesDigests: digests
            ).agrees
        }
        let digest = String(repeating: "0f", count: 32)
        let other = String(repeating: "1e", count: 32)
        #expect(agrees("a\nb", "a\nb"))
        #expect(!agrees("a\nb", "a\nc"))
        #expect(!agrees("a", "a\nb"))
        #expect(agrees("a\n…\nd", "a\nb\nc\nd"))
        #expect(!agrees("a\n…\nd", "a\nb\nc"))
        #expect(agrees("at localhost:5000 in 3 s", "at localhost:6001 in 12.5 s"))
        #expect(!agrees("sha256:\(digest)", "sha256:\(other)"))
        #expect(agrees("sha256:\(digest) 714 B", "sha256:\(other) 720 B", digests: false))
        #expect(
            agrees(
                "layer sha256:\(digest)\nconfig sha256:\(other)",
                "config sha256:\(other)\nlayer sha256:\(digest)"
            )
        )
    }
}

/// The same for the guides, which repeat the reference pages.
@Suite(
    .long,
    .timeLimit(.minutes(10)),
    .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped)
)
struct DocumentedGuideLongTests {
    @Test(
        "each command of a guide does what the guide shows",
        arguments: DocumentedCommandTests.pages.filter { $0.hasPrefix("docs/guides/") }
    )
    func runs(path: String) async throws { try await DocumentedCommandTests.run(path) }
}
