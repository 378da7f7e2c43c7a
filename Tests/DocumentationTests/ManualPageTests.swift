import Foundation
import TestSupport
import Testing

@testable import wasmpack

/// docs/man has a page for the program and one for each command, generated from the program.
@Suite(.timeLimit(.minutes(5))) struct ManualPageTests {
    private static let folder = Document.root.appending(path: "docs/man")

    @Test func `each command has a manual page that agrees with the program`() async throws {
        let surface = try await CommandSurface.read()
        let pages = [ManualPage(surface)] + surface.commands.map { ManualPage($0) }
        for page in pages { try Self.compare(page) }
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path())
        #expect(Set(names) == Set(pages.map { "\($0.name).1" }))
    }

    @Test func `mandoc finds nothing to improve in the manual pages`() throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder.path()).sorted()
        guard try Tool.run("which", ["mandoc"]).status == 0 else {
            let missing = "mandoc is not installed (make test-deps)"
            try #require(ProcessInfo.processInfo.environment["CI"] == nil, "\(missing)")
            return print("skipped: \(missing)")
        }
        let pages = names.map { Self.folder.appending(path: $0).path() }
        let checked = try Tool.run("mandoc", ["-Tlint"] + pages)
        #expect(checked.status == 0 && checked.output.isEmpty, "\(checked.output)\(checked.errors)")
    }

    @Test func `wasmpack(1) lists each environment variable that the program reads`() throws {
        let sources = Document.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(atPath: sources.path())?.compactMap { $0 as? String } ?? []
        let use = /(?:environment(?:\.path|\.bytes|\.isSet)?|getenv|text|first)[(\[]+"([A-Z][A-Z_]+)"/
        var read: Set<String> = []
        for file in files where file.hasSuffix(".swift") {
            let text = try String(contentsOf: sources.appending(path: file), encoding: .utf8)
            read.formUnion(text.matches(of: use).map { String($0.output.1) })
        }
        #expect(read.count > 15)
        let described = ManualFact.environment.map { "\($0.name) \($0.description)" }.joined(separator: " ")
        let words = Set(described.matches(of: /[A-Z][A-Z_]+/).map { String($0.output) })
        #expect(
            read.subtracting(words).isEmpty,
            "in ManualFact.environment: \(read.subtracting(words).sorted())"
        )
    }

    @Test func `characters that roff reads as requests or escapes are shown as they are`() {
        var roff = Roff()
        roff.paragraph("--tag NAME writes 'it' to \\x. .wasm…")
        roff.item("./x", "a path")
        #expect(
            roff.lines == [
                ".PP", #"\fB\-\-tag\fR NAME writes \(aqit\(aq to \ex."#, #"\&.wasm\[u2026]"#, ".TP",
                #"\&./x"#, "a path",
            ]
        )
    }

    /// Compares a page, or writes it with `WASMPACK_RECORD=1`; its date changes with its text only.
    private static func compare(_ page: ManualPage) throws {
        let path = "docs/man/\(page.name).1"
        let url = Document.root.appending(path: path)
        let old = (try? String(contentsOf: url, encoding: .utf8)) ?? ""
        if ManualPage.date(of: old).map(page.text) == old { return }
        guard ProcessInfo.processInfo.environment["WASMPACK_RECORD"] == "1" else {
            let new = page.text(ManualPage.date(of: old) ?? "").split(separator: "\n")
            let pair = zip(new, old.split(separator: "\n")).first { $0 != $1 }
            let difference = pair.map { "\nprogram: \($0)\npage: \($1)" } ?? ""
            Issue.record("\(path) differs from the program\(difference)\n\(ReferencePage.start)")
            return
        }
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        try Data(page.text(today).utf8).write(to: url)
    }

    /// The date of `SOURCE_DATE_EPOCH`, or today's, in UTC.
    private static var today: String {
        let epoch = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap(TimeInterval.init)
        let date = epoch.map { Date(timeIntervalSince1970: $0) } ?? Date()
        return String(date.ISO8601Format().prefix(10))
    }
}
