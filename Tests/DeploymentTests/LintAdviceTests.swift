import TestSupport
import Testing
import YAML

@testable import Deployment

/// What `lint` says beside the rule and the line: names, hints and the kinds of targets.
@Suite struct LintAdviceTests {
    @Test
    func `names the key that is a duplicate and the line of the first, but no key that may be a secret`()
        throws
    {
        let field = try LintRuleTests.lint("a: 1\nb: 2\na: 3").first
        #expect(field?.message == "a key is a duplicate of that in line 1: \"a\"")
        #expect(field?.place.line == 3)
        let secret = try LintRuleTests.lint("{\"me:hush@r.io\": 1,\n\"me:hush@r.io\": 2}").first
        #expect(secret?.message == "a key is a duplicate of that in line 1")
    }

    @Test func `a module is not a manifest, and has its own command`() throws {
        let module = ManifestFile("plugins/a.wasm", [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0])
        #expect(module.finding?.message == "it is a Wasm module, not a manifest")
        #expect(module.finding?.hints == ["wasmpack check plugins/a.wasm"])
    }

    @Test func `fields in the wrong place are told where they belong`() throws {
        for (text, hint) in [
            ("labels: {a: b}\n", "move it under metadata"), ("url: x\n", "move it under spec"),
            ("metdata: {}\n", "write metadata"),
        ] {
            let hints = try LintRuleTests.lint(LintRuleTests.istio(LintRuleTests.url) + text).flatMap(\.hints)
            #expect(hints == [hint])
        }
    }

    @Test func `mergeType needs routes in targetRef and targetSelectors too`() throws {
        func ids(_ target: String, _ kind: String) throws -> [String] {
            let target = target.replacing("KIND", with: kind)
            let text = LintRuleTests.manifest(
                .envoyExtensionPolicy,
                "mergeType: StrategicMerge\n\(target)\nlua: []"
            )
            return try LintRuleTests.lint(text).map(\.rule.id)
        }
        for target in [
            "targetRef: {group: gateway.networking.k8s.io, kind: KIND, name: g}",
            "targetSelectors: [{kind: KIND, matchLabels: {a: b}}]",
        ] {
            #expect(try ids(target, "Gateway") == ["merge-type"], "\(target)")
            #expect(try ids(target, "HTTPRoute") == [], "\(target)")
        }
    }

    @Test func `hints have urls that the consumer accepts`() throws {
        for (manifest, wanted) in [
            (LintRuleTests.istio("url: r.io/a:v1@\(LintRuleTests.digest)"), "comment: oci://r.io/a@"),
            (
                LintRuleTests.gateway(LintRuleTests.image("url: r.io/a:v1@\(LintRuleTests.digest)")),
                "comment: r.io/a@"
            ),
            (
                LintRuleTests.gateway(LintRuleTests.image("url: oci://r.io/a:v1@\(LintRuleTests.digest)")),
                "comment: oci://r.io/a@"
            ),
            (LintRuleTests.istio("url: docker://user:hush@r.io/a:v1"), "write oci://r.io/a:v1"),
            (
                LintRuleTests.istio("url: docker://r.io/a@\(LintRuleTests.digest)"),
                "write oci://r.io/a@\(LintRuleTests.digest)"
            ),
        ] {
            let hints = try LintRuleTests.lint(manifest).flatMap(\.hints)
            #expect(hints.contains { $0.contains(wanted) }, "\(hints)")
        }
    }
}
