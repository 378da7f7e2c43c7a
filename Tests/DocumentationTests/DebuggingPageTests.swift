import Foundation
import TestSupport
import Testing

/// The messages in docs/guides/debugging.md against those that `check` quotes, and that a real Envoy printed.
struct DebuggingPageTests {
    /// A message in which `…` replaces any text.
    private struct Pattern {
        let text: String

        /// Whether the parts occur in a text, in their order.
        func occurs(in message: String) -> Bool {
            var rest = message[...]
            for part in text.split(separator: "…") {
                guard let range = rest.range(of: part) else { return false }
                rest = rest[range.upperBound...]
            }
            return true
        }
    }

    /// The messages in the page's first column below these headings.
    private static func shown(_ headings: String...) throws -> [Pattern] {
        let page = try Document("docs/guides/debugging.md")
        return headings.flatMap { page.rows($0).dropFirst() }.flatMap { $0.first?.code ?? [] }.map(
            Pattern.init
        )
    }

    /// The messages that docs/reference/check.md lists, without those of the client wkg, which is no proxy.
    private static func quoted() throws -> [String] {
        let page = try Document("docs/reference/check.md")
        return ["## Findings about images", "## Findings about modules"].flatMap { page.rows($0).dropFirst() }
            .flatMap { $0.count > 3 ? $0[3].code : [] }
            .filter {
                $0.contains(" ") && !$0.hasPrefix("Wasm components must") && !$0.contains("(expect …)")
            }
    }

    /// The messages that the newest Envoy printed about the test modules.
    private static func recorded() throws -> [String] {
        struct Verdicts: Decodable { let said: [String] }
        return try JSONDecoder().decode(Verdicts.self, from: Data(Fixtures.bytes("envoy/1.40.0.json"))).said
    }

    @Test func `each message that a proxy prints about an image or a module has a row`() throws {
        let shown = try Self.shown("### About the image", "### About the module")
        #expect(shown.count > 20)
        let known = try Self.quoted() + Self.recorded()
        #expect(known.count > 60)
        for message in known {
            #expect(shown.contains { $0.occurs(in: message) }, "no row for \(message)")
        }
    }

    @Test func `each row about an image or a module is for a message that is known`() throws {
        let known = try Self.quoted() + Self.recorded()
        for pattern in try Self.shown("### About the image", "### About the module") {
            #expect(known.contains { pattern.occurs(in: $0) }, "no proxy says \(pattern.text)")
        }
    }
}
