import Deployment
import Foundation
import OCI
import SystemPackage
import TestSupport
import Testing

/// Python with PyYAML and jsonschema, which `make test-deps` installs.
private enum Python {
    static let program = Fixtures.path("../.venv/bin/python")

    static var isExpected: Bool {
        ProcessInfo.processInfo.environment["CI"]?.isEmpty == false
            || (try? Tool.run(program, ["-c", "import yaml, jsonschema"]))?.status == 0
    }
}

/// A second reader reads our YAML as the same objects, and the schemas have the rules that they claim.
@Suite(.enabled(if: Python.isExpected, "PyYAML and jsonschema are not installed (make test-deps)"))
struct YAMLReaderTests {
    private func schemas(_ arguments: [String], input: String) throws -> Tool.Outcome {
        let scratch = try ScratchDirectory()
        let file = try scratch.write(Array(input.utf8), to: "input").string
        let script = Fixtures.path("../Tests/Support/schemas.py")
        return try Tool.run(
            "sh",
            ["-c", #"exec "$0" "$@" <"$INPUT""#.replacing("$INPUT", with: file), Python.program, script]
                + arguments
        )
    }

    @Test(
        "PyYAML reads random trees as they were",
        arguments: [1, 2, 3, 4] as [UInt64]
    )
    func trees(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let lines = try (0..<500).map { _ in
            let tree = Self.tree(depth: 4, &generator)
            let value = JSONValue.object([
                "yaml": .string(YAMLWriter.text(of: tree, comments: ["a: b", "---"])), "value": tree.json,
            ])
            return String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
        }
        let outcome = try schemas(["objects"], input: lines.joined(separator: "\n"))
        #expect(outcome.status == 0, "seed \(seed): \(outcome.output.prefix(2000)) \(outcome.errors)")
        #expect(outcome.errors == "500\n")
    }

    @Test func `each rule of the schemas accepts one document and rejects one`() throws {
        let outcome = try schemas(["rules", Fixtures.path("schemas")], input: "")
        #expect(outcome.status == 0, "\(outcome.output) \(outcome.errors)")
    }

    private static let pieces = [
        "no", "Yes", "null", "~", "1e3", "0x1F", "0o7", "1_000", "12:30:45", "2026-11-30", ".5", "-", "- a",
        "?", ":",
        ": ", " #", "#", "\t", "\n", "\r", "\r\n", "---", "...", "{", "}", "[", "]", ",", "&a", "*a", "!t",
        "|", ">", "'",
        "\"", "\\", "%", "@", "`", " ", "a", "Z", "é", "😀", "\u{1}", "\u{85}", "\u{A0}", "\u{2028}",
        "\u{202E}", "\u{FEFF}",
        "\u{7F}", "//", "oci://r:5000/a@sha256:0", ".inf", ".nan", "<<", "=", "y", "on", "\u{FFFD}",
        "\u{10FFFF}", "e", "1.",
    ]

    private static func text(_ generator: inout SeededGenerator) -> String {
        (0..<Int.random(in: 0...4, using: &generator)).map { _ in
            pieces[Int.random(in: 0..<pieces.count, using: &generator)]
        }.joined()
    }

    private static func tree(depth: Int, _ generator: inout SeededGenerator) -> YAMLNode {
        switch Int.random(in: 0..<(depth > 0 ? 10 : 7), using: &generator) {
        case 0: .null
        case 1: .bool(Bool.random(using: &generator))
        case 2: .integer(Int64.random(in: .min ... .max, using: &generator))
        case 3: .number(number(&generator))
        case 4...6: .string(text(&generator))
        case 7:
            .sequence(
                (0..<Int.random(in: 0...3, using: &generator)).map { _ in tree(depth: depth - 1, &generator) }
            )
        default: .mapping(entries(depth: depth - 1, &generator))
        }
    }

    /// Neither an integer nor out of JSON's reach, so that the two readers have the same type.
    private static func number(_ generator: inout SeededGenerator) -> Double {
        let mantissa = Double.random(in: 1..<10, using: &generator) + 0.5
        return mantissa * [1e-300, 1e-7, 0.001, 1, 1e5].randomElement(using: &generator, default: 1)
    }

    private static func entries(depth: Int, _ generator: inout SeededGenerator) -> [YAMLEntry] {
        var entries: [YAMLEntry] = []
        var names: Set<String> = []
        for _ in 0..<Int.random(in: 0...4, using: &generator) {
            if Int.random(in: 0..<4, using: &generator) == 0 {
                entries.append(YAMLEntry(comments: [text(&generator)]))
            }
            let name = text(&generator)
            guard names.insert(name).inserted else { continue }
            entries.append(YAMLEntry(name, tree(depth: depth, &generator), comment: text(&generator)))
        }
        return entries
    }
}

extension Array {
    fileprivate func randomElement(using generator: inout SeededGenerator, default other: Element) -> Element
    {
        randomElement(using: &generator) ?? other
    }
}
