import Diagnostics
import Foundation
import TestSupport
import Testing

@testable import Deployment

/// The rules of the CRDs and webhooks in `Fixtures/schemas/rules.json`: an accepted and a rejected `spec` for each.
@Suite struct LintSchemaTests {
    private struct Example {
        let kind: ManifestKind
        let rule: String
        let accepted: Any
        let rejected: Any
        /// The rule of `lint` that finds the rejected one.
        let finding: String
    }

    private static let kinds: [String: ManifestKind] = [
        "wasmplugin": .wasmPlugin, "trafficextension": .trafficExtension,
        "envoy-gateway": .envoyExtensionPolicy,
        "higress": .higressWasmPlugin,
    ]

    /// What the API server accepts, and a proxy rejects later: the rules that find it.
    private static let stricter = [
        "image.sha256 is not checked, but is a text": "sha256-format",
        "no field is required; selector is unknown": "module-source", "targetRefs is unknown": "url-port",
        "targetRef is unknown": "sha256-format",
    ]

    private static func examples() throws -> [Example] {
        let file = try JSONSerialization.jsonObject(with: Data(Fixtures.bytes("schemas/rules.json")))
        let kinds = try #require(file as? [String: [[String: Any]]])
        return try kinds.flatMap { name, rules in
            let kind = try #require(Self.kinds[name])
            return try rules.map { rule in
                Example(
                    kind: kind,
                    rule: try #require(rule["rule"] as? String),
                    accepted: Self.expanded(try #require(rule["accepted"])),
                    rejected: Self.expanded(try #require(rule["rejected"])),
                    finding: try #require(rule["finding"] as? String)
                )
            }
        }
    }

    /// Repeats what `$repeat` names: a text, or the item of a list with a number for `%d`.
    private static func expanded(_ value: Any, number: Int? = nil) -> Any {
        switch value {
        case let text as String: return number.map { text.replacing("%d", with: "\($0)") } ?? text
        case let list as [Any]: return list.map { expanded($0, number: number) }
        case let object as [String: Any]:
            guard let pair = object["$repeat"] as? [Any], let count = pair.last as? Int, let item = pair.first
            else {
                return object.mapValues { expanded($0, number: number) }
            }
            if let text = item as? String { return String(repeating: text, count: count) }
            return (0..<count).map { expanded(item, number: $0) }
        default: return value
        }
    }

    private static func errors(_ spec: Any, of kind: ManifestKind) throws -> [String] {
        let object: [String: Any] = [
            "apiVersion": kind.apiVersion, "kind": kind.name, "metadata": ["name": "p", "namespace": "n"],
            "spec": spec,
        ]
        let bytes = [UInt8](try JSONSerialization.data(withJSONObject: object))
        return Linter([ManifestFile("m.json", bytes)], for: []).findings
            .filter { $0.rule.severity == .error }.map { "\($0.rule.id): \($0.message)" }
    }

    @Test func `accepts and rejects what the API servers do`() throws {
        let examples = try Self.examples()
        #expect(examples.count > 130)
        for example in examples {
            let accepted = try Self.errors(example.accepted, of: example.kind)
            if let rule = Self.stricter[example.rule] {
                #expect(accepted.allSatisfy { $0.hasPrefix(rule) }, "\(example.rule): \(accepted)")
            } else {
                #expect(accepted.isEmpty, "\(example.kind), \(example.rule): \(accepted)")
            }
            let rejected = try Self.errors(example.rejected, of: example.kind)
            #expect(
                rejected.contains { $0.hasPrefix("\(example.finding): ") },
                "\(example.kind), \(example.rule), \(example.finding): \(rejected)"
            )
        }
    }
}
