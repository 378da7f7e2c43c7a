import Diagnostics
import Foundation
import TestSupport
import Testing
import YAML

@testable import Deployment

/// Each rule of `lint` that needs no registry, with a manifest that violates it.
@Suite struct LintRuleTests {
    static let digest = "sha256:" + String(repeating: "ab", count: 32)
    static let hex = String(repeating: "ab", count: 32)

    /// A manifest whose first line of `spec` is line 5.
    static func manifest(_ kind: ManifestKind, _ spec: String, namespace: String = "ns") -> String {
        """
        apiVersion: \(kind.apiVersion)
        kind: \(kind.name)
        metadata: {name: p, namespace: \(namespace)}
        spec:
        \(spec.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }.joined(separator: "\n"))

        """
    }

    static func istio(_ spec: String) -> String {
        manifest(.wasmPlugin, "selector: {matchLabels: {a: b}}\n" + spec)
    }

    static func extensions(_ spec: String) -> String {
        manifest(.trafficExtension, "selector: {matchLabels: {a: b}}\n" + spec)
    }

    static func higress(_ spec: String) -> String {
        manifest(.higressWasmPlugin, spec, namespace: "higress-system")
    }

    static func gateway(_ spec: String) -> String {
        manifest(
            .envoyExtensionPolicy,
            "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g}]\n" + spec
        )
    }

    static func image(_ fields: String) -> String {
        "wasm: [{name: a, code: {type: Image, image: {\(fields)}}}]"
    }

    static let url = "url: oci://r.io/a@\(digest)"

    static func secret(
        _ content: String,
        type: String = "kubernetes.io/dockerconfigjson",
        in namespace: String = "ns"
    )
        -> String
    {
        "---\napiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: \(namespace)}\ntype: \(type)\n\(content)\n"
    }

    /// A policy that trusts the CA of an object.
    static func trusting(_ reference: String) -> String {
        gateway(image("\(url), tls: {caCertificateRef: {\(reference)}}"))
    }

    /// A Secret or ConfigMap with a certificate.
    static func certificate(
        _ kind: ManifestKind,
        _ field: String,
        _ key: String = "ca.crt",
        _ value: String = "-----BEGIN CERTIFICATE-----"
    ) -> String {
        "---\napiVersion: v1\nkind: \(kind.name)\nmetadata: {name: ca, namespace: ns}\n\(field): {\(key): \(value)}\n"
    }

    static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }

    static let right = "data: {.dockerconfigjson: \(base64(#"{"auths":{"r.io":{"auth":"YTpi"}}}"#))}"
    static let pulling = istio("\(url)\nimagePullSecret: s")

    /// More labels than a selector may have.
    static let labels = (0...4096).map { "l\($0): x" }.joined(separator: ", ")

    /// A violation of each rule: its id, the manifest, the line, and the versions of `--for`.
    static let violations: [(id: String, text: String, line: Int, versions: [String])] = [
        ("yaml-syntax", "a: [", 2, []),
        ("helm-template", "a: {{ b }}", 1, []),
        ("yaml-unsupported", "a: &b c", 1, []),
        ("duplicate-key", "a: 1\na: 2", 2, []),
        ("yaml-limit", String(repeating: "[", count: 100), 1, []),
        ("api-version", istio(url).replacing("v1alpha1", with: "v1beta1"), 1, []),
        ("name", istio(url).replacing("name: p", with: "name: P_1"), 3, []),
        ("name", istio(url).replacing("{name: p, namespace: ns}", with: "{}"), 3, []),
        ("name", istio(url).replacing("namespace: ns", with: "namespace: a.b"), 3, []),
        ("api-version", "kind: WasmPlugin\nmetadata: {name: p}\nspec: {\(url)}", 1, []),
        ("api-version", istio(url).replacing("kind: WasmPlugin", with: "kind: WasmPlugn"), 2, []),
        ("api-version", higress(url).replacing("kind: WasmPlugin", with: "kind: wasmplugins"), 2, []),
        ("api-version", istio(url).replacing("kind: WasmPlugin\n", with: ""), 1, []),
        ("name", istio(url).replacing("name: p", with: "name: 1"), 3, []),
        ("unknown-field", istio("\(url)\nimage: x"), 7, []),
        ("unknown-field", istio(url) + "labels: {a: b}\n", 7, []),
        ("unknown-field", istio(url) + "image: x\n", 7, []),
        ("unknown-field", istio(url).replacing("name: p,", with: "name: p, app: x,"), 3, []),
        ("unknown-field", pulling + secret(right) + "spec: {}\n", 14, []),
        ("wrong-type", istio(url).replacing("name: p,", with: "name: p, labels: {a: 1},"), 3, []),
        ("ambiguous-text", istio(url).replacing("name: p,", with: "name: p, labels: {a: yes},"), 3, []),
        ("wrong-type", istio(url).replacing("name: p,", with: "name: p, annotations: [],"), 3, []),
        ("missing-field", istio("phase: AUTHN"), 5, []),
        (
            "missing-field",
            "apiVersion: extensions.istio.io/v1alpha1\nkind: WasmPlugin\nmetadata: {name: p}", 1, []
        ),
        ("wrong-type", istio("\(url)\npluginConfig: text"), 7, []),
        ("wrong-type", istio("\(url)\npluginName: 1"), 7, []),
        ("wrong-value", istio("\(url)\nphase: authn"), 7, []),
        ("wrong-value", istio("\(url)\npriority: 2147483648"), 7, []),
        ("wrong-length", istio("\(url)\npluginName: \"\""), 7, []),
        ("wrong-length", higress("url: \"\""), 5, []),
        ("wrong-length", manifest(.wasmPlugin, "selector: {matchLabels: {\(labels)}}\n\(url)"), 5, []),
        ("duplicate-item", istio("\(url)\nvmConfig: {env: [{name: A}, {name: A}]}"), 7, []),
        ("ambiguous-text", istio("\(url)\npluginName: on"), 7, []),
        ("ambiguous-text", gateway("wasm: [{code: {type: Image, image: {\(url)}}, failOpen: 010}]"), 6, []),
        ("ambiguous-text", istio("\(url)\npriority: yes"), 7, []),
        ("wrong-value", istio("\(url)\npriority: 0x80000000"), 7, []),
        ("wrong-value", istio("\(url)\npriority: 1.5"), 7, []),
        ("missing-field", istio("url:"), 5, []),
        ("wrong-value", gateway("wasm: [{code: {type: HTTP, http: {url: \"ftp://a:hush@r.io/a\"}}}]"), 6, []),
        ("ambiguous-config", istio("\(url)\npluginConfig:\n  a: [yes]"), 8, []),
        ("large-number", istio("\(url)\npluginConfig:\n  a: 9007199254740993"), 8, []),
        ("too-new", istio("\(url)\nfailStrategy: FAIL_RELOAD"), 7, ["istio@1.26"]),
        ("too-new", extensions("wasm: {\(url)}"), 2, ["istio@1.29"]),
        ("too-new", extensions("wasm: {\(url)}"), 2, ["asm@1.22"]),
        ("too-new", istio(url), 2, ["asm@1.17"]),
        ("one-attachment", istio("\(url)\ntargetRefs: [{kind: Service, name: s}]"), 7, []),
        ("target-missing", manifest(.envoyExtensionPolicy, image(url)), 5, []),
        (
            "target-missing",
            gateway("targetRef: {group: gateway.networking.k8s.io, kind: Gateway, name: g}"), 6, []
        ),
        ("target-kind", manifest(.wasmPlugin, "\(url)\ntargetRefs: [{kind: Gateway, name: g}]"), 6, []),
        ("target-kind", manifest(.wasmPlugin, "\(url)\ntargetRefs: [{kind: HTTPRoute, name: g}]"), 6, []),
        (
            "target-ignored",
            manifest(
                .wasmPlugin,
                "\(url)\ntargetRefs: [{kind: GatewayClass, group: gateway.networking.k8s.io, name: istio}]",
                namespace: "istio-system"
            ), 6, []
        ),
        (
            "target-ignored",
            manifest(
                .trafficExtension,
                "wasm: {\(url)}\ntargetRefs: [{kind: GatewayClass, group: gateway.networking.k8s.io, name: istio-waypoint}]"
            ), 3, []
        ),
        ("wrong-value", manifest(.wasmPlugin, "\(url)\ntargetRefs: [{kind: -x, name: g}]"), 6, []),
        (
            "wrong-length",
            manifest(
                .wasmPlugin,
                "\(url)\ntargetRefs: [{kind: Service, name: \(String(repeating: "a", count: 254))}]"
            ), 6, []
        ),
        (
            "wrong-length",
            manifest(
                .wasmPlugin,
                "\(url)\ntargetRefs: [{kind: \(String(repeating: "K", count: 64)), name: g}]"
            ), 6, []
        ),
        ("wrong-length", extensions("lua: {inlineCode: \"\"}"), 6, []),
        (
            "missing-field",
            manifest(
                .envoyExtensionPolicy,
                "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway}]\nlua: []"
            ), 5, []
        ),
        (
            "missing-field",
            manifest(
                .envoyExtensionPolicy,
                "targetRefs: [{group: gateway.networking.k8s.io, name: g}]\nlua: []"
            ), 5, []
        ),
        (
            "wrong-length",
            manifest(
                .envoyExtensionPolicy,
                "targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: g, sectionName: \"\"}]\nlua: []"
            ), 5, []
        ),
        ("unknown-field", gateway(image("\(url), pullSecret: s")), 6, []),
        ("unknown-field", gateway("wasm: [{code: {type: Image, image: {\(url)}}, phase: AUTHN}]"), 6, []),
        ("selector-empty", manifest(.wasmPlugin, "selector: {}\n\(url)"), 5, []),
        ("selector-missing", manifest(.wasmPlugin, url), 5, []),
        ("merge-type", gateway("mergeType: StrategicMerge"), 5, []),
        (
            "merge-type", gateway("mergeType: Replace").replacing("kind: Gateway,", with: "kind: HTTPRoute,"),
            6, []
        ),
        ("placeholder", istio("url: oci://r.io/${NAME}"), 6, []),
        ("url-scheme", istio("url: docker://r.io/a:v1"), 6, []),
        ("url-scheme", gateway(image("url: \"https://r.io/a:v1\"")), 6, []),
        ("url-port", istio("url: reg:5000/a:v1"), 6, []),
        ("url-scheme", istio("url: docker://user:hush@r.io/a:v1"), 6, []),
        ("url-scheme", istio("url: docker://user:hush/hush@r.io/a:v1?token=hush"), 6, []),
        ("url-scheme", istio("url: docker://user:hush@r.io"), 6, []),
        ("url-port", istio("url: user:hush@r.io/a:v1"), 6, []),
        ("url-dropped", istio("url: us_er:hush@r.io/a:v1"), 6, []),
        ("url-scheme", gateway(image("url: \"http://user:hush@r.io/a:v1\"")), 6, []),
        ("url-scheme", gateway(image("url: \"user:hush@r.io/a://b\"")), 6, []),
        ("url-reference", istio("url: oci://user:hu?hush@r.io/a:v1"), 6, []),
        ("url-reference", istio("url: oci://user:hush/hush@r.io/a:v1"), 6, []),
        ("url-dropped", istio("url: 10.0.0.1:5000/a:v1"), 6, []),
        ("url-host", istio("url: oci://registry/team/a:v1"), 6, []),
        ("url-docker-hub", istio("url: oci://team/a:v1"), 6, []),
        ("url-reference", istio("url: oci://r.io/Team/a:v1"), 6, []),
        ("url-reference", istio("url: oci:r.io/a"), 6, []),
        ("url-reference", istio("url: https://"), 6, []),
        ("url-reference", istio("url: https:///a.wasm"), 6, []),
        ("url-reference", istio("url: file://"), 6, []),
        ("url-reference", istio("url: oci://"), 6, []),
        ("url-image", istio("url: https://r.io/a:v1"), 6, []),
        ("url-image", istio("url: http://r.io:5000/a/b@\(digest)"), 6, []),
        (
            "url-image", gateway("wasm: [{code: {type: HTTP, http: {url: \"https://r.io/a:v1\"}}}]"), 6, []
        ),
        ("url-ignored", istio("url: oci://r.io/a:v1?b=c"), 6, []),
        ("url-ignored", istio("url: oci://user:hush@r.io/a:v1"), 6, []),
        ("url-loopback", istio("url: oci://localhost:5000/a:v1"), 6, []),
        ("module-source", extensions("wasm: {\(url)}\nlua: {inlineCode: x}"), 7, []),
        ("module-source", extensions("phase: AUTHN"), 5, []),
        ("module-source", gateway("wasm: [{code: {type: Image}}]"), 6, []),
        ("module-source", higress("phase: AUTHN"), 5, []),
        ("sha256-format", gateway(image("url: r.io/a:v1, sha256: not hex")), 6, []),
        ("sha256-format", istio("url: oci://r.io/a:v1\nsha256: \(digest)"), 7, []),
        ("digest-algorithm", istio("url: oci://r.io/a@sha512:\(hex)\(hex)"), 6, []),
        ("pin-conflict", istio("\(url)\nsha256: \(String(repeating: "cd", count: 32))"), 7, []),
        ("unpinned", istio("url: oci://r.io/a:v1"), 6, []),
        ("unpinned", istio("url: https://r.io/a.wasm"), 6, []),
        ("unpinned", gateway("wasm: [{code: {type: HTTP, http: {url: \"http://r.io/a\"}}}]"), 6, []),
        ("tag-ignored", istio("url: oci://r.io/a:v1@\(digest)"), 6, []),
        ("pull-policy-ignored", istio("\(url)\nimagePullPolicy: Always"), 7, []),
        (
            "pull-policy-ignored",
            gateway(
                "wasm: [{code: {type: Image, pullPolicy: Always, image: {url: r.io/a, sha256: \(hex)}}}]"
            ), 6, []
        ),
        ("verification-key", istio("\(url)\nverificationKey: k"), 7, []),
        (
            "environment-value", istio("\(url)\nvmConfig: {env: [{name: A, valueFrom: HOST, value: x}]}"), 7,
            []
        ),
        ("reference-grant", gateway(image("\(url), pullSecretRef: {name: s, namespace: other}")), 6, []),
        ("reference-grant", trusting("name: ca, namespace: other"), 6, []),
        ("ca-missing", trusting("name: ca"), 6, []),
        ("ca-missing", trusting("name: ca, kind: ConfigMap") + certificate(.secret, "stringData"), 6, []),
        ("ca-certificate", trusting("name: ca") + certificate(.secret, "stringData", "tls.crt"), 6, []),
        (
            "ca-certificate",
            trusting("name: ca, kind: ConfigMap") + certificate(.configMap, "data", "ca.crt", "hush"), 6, []
        ),
        ("ca-certificate", trusting("name: ca") + certificate(.secret, "data"), 6, []),
        ("higress-namespace", manifest(.higressWasmPlugin, url), 3, []),
        ("rule-without-match", higress("\(url)\nmatchRules: [{config: {}}]"), 6, []),
        ("grpc-route", higress("\(url)\nmatchRules: [{ingress: [a], routeType: GRPC}]"), 6, []),
        ("config-ignored", higress("\(url)\npluginConfig: {a: 1}\ndefaultConfig: {}"), 6, []),
        ("config-ignored", higress("\(url)\npluginConfig: {}\ndefaultConfigDisable: true"), 6, []),
        ("not-installed", higress("\(url)\ndefaultConfigDisable: true"), 6, []),
        (
            "not-installed",
            higress("\(url)\ndefaultConfigDisable: true\nmatchRules: [{configDisable: true}]"), 6, []
        ),
        ("name", higress(url).replacing("{name: p,", with: "{generateName: p-,"), 3, []),
        ("target-missing", manifest(.envoyExtensionPolicy, "targetRefs: []\nlua: []"), 5, []),
        (
            "pull-policy-ignored",
            gateway("wasm: [{code: {type: Image, pullPolicy: Always, image: {\(url)}}}]"), 6, []
        ),
        ("secret-missing", pulling, 7, []),
        ("secret-namespace", pulling + secret(right, in: "other"), 7, []),
        ("secret-type", pulling + secret(right, type: "Opaque"), 7, []),
        ("secret-type", secret("data: {.dockercfg: e30=}", type: "kubernetes.io/dockercfg"), 5, []),
        ("secret-key", secret("data: {a: e30=}"), 6, []),
        ("secret-key", pulling + secret("data: {a: e30=}", type: "Opaque"), 7, []),
        ("secret-base64", secret("data: {.dockerconfigjson: '{}'}"), 6, []),
        ("secret-base64", secret("stringData: {.dockerconfigjson: \(base64("{\"auths\":{}}"))}"), 6, []),
        ("secret-content", secret("data: {.dockerconfigjson: \(base64("x"))}"), 6, []),
        ("secret-content", secret("data: {.dockerconfigjson: \(base64(base64("{\"auths\":{}}")))}"), 6, []),
        ("secret-content", secret("data: {.dockerconfigjson: \(base64("{\"auths\":{}}"))}"), 6, []),
        ("secret-helper", secret("data: {.dockerconfigjson: \(base64(#"{"credsStore":"x"}"#))}"), 6, []),
        (
            "secret-entry",
            secret("data: {.dockerconfigjson: \(base64(#"{"auths":{"r.io":{"auth":"hush"}}}"#))}"), 6, []
        ),
        (
            "secret-host", pulling.replacing("r.io/a", with: "r.io:5000/a") + secret(right), 7, []
        ),
        ("secret-unused", istio("url: file:///a.wasm\nimagePullSecret: s"), 7, []),
    ]

    static func lint(_ text: String, _ versions: [String] = []) throws -> [LintFinding] {
        let linter = Linter(
            [ManifestFile("m.yaml", Array(text.utf8))],
            for: try versions.map { try ConsumerVersion(parsing: $0) }
        )
        return linter.findings
    }

    @Test("finds a violation of each rule, with its line", arguments: violations.indices)
    func violation(number: Int) throws {
        let (id, text, line, versions) = Self.violations[number]
        let findings = try Self.lint(text, versions)
        let found = findings.filter { $0.rule.id == id }
        #expect(
            found.first?.place.line == line,
            "\(id): \(findings.map { "\($0.place.line) \($0.rule.id) \($0.message)" })"
        )
        #expect(findings.allSatisfy { !$0.message.contains("hush") && !$0.hints.joined().contains("hush") })
    }

    @Test func `a Secret with a close name is the remedy for a missing one`() throws {
        let text =
            istioPullSecret("wasm-secret")
            + Self.secret(Self.right).replacing("name: s,", with: "name: wasm-secrets,")
        let findings = Linter([ManifestFile("a.yaml", Array(text.utf8))], for: []).findings
        let missing = try #require(findings.first { $0.rule.id == "secret-missing" }, "\(findings)")
        #expect(missing.hints == ["write wasm-secrets, which a.yaml has"])
    }

    private func istioPullSecret(_ name: String) -> String {
        Self.istio("\(Self.url)\nimagePullSecret: \(name)")
    }

    /// The rules that `LintImageTests` and `IndexTests` show with a registry, and `ManifestSearchTests` with files.
    static let others: Set<String> = [
        "file-unreadable", "file-unwritable", "image-missing", "image-unreachable", "image-rejected",
        "image-warning",
        "pin-of-module",
        "pin-of-index", "pin-of-other", "tag-moved",
    ]

    @Test func `each rule has a violation, and an id of its kind`() {
        let ids = LintRule.all.map(\.id)
        #expect(Set(ids).count == ids.count)
        #expect(Set(Self.violations.map(\.id)).union(Self.others) == Set(ids))
    }

    @Test func `the reference lists each rule`() throws {
        let page = String(decoding: try Fixtures.bytes("../docs/reference/lint.md"), as: UTF8.self)
        let rows = LintRule.all.map { "| `\($0.id)` | \($0.severity) | \($0.summary) |\n" }
        #expect(page.hasSuffix("| --- | --- | --- |\n" + rows.joined()))
    }

    static let accepted: [(text: String, versions: [String])] = [
        (pulling + secret(right), ["istio@1.29"]),
        (
            pulling
                + secret(
                    #"stringData: {.dockerconfigjson: '{"auths":{"https://r.io/v2/":{"username":"a","password":"b"}}}'}"#
                ), []
        ),
        (extensions("wasm: {\(url)}"), ["istio@1.30"]),
        (extensions("lua: {inlineCode: x}"), []),
        (istio("\(url)\nfailStrategy: FAIL_RELOAD"), ["istio@1.27"]),
        (istio("\(url)\nsha256: \(hex)"), []),
        (istio("url: file:///opt/a.wasm"), []),
        (istio("url: https://r.io:8443/a:v1.wasm\nsha256: \(hex)"), []),
        (
            istio(url).replacing(
                "name: p,",
                with: "name: p, labels: {a: b}, annotations: {c: \"1\"}, creationTimestamp: null,"
            ) + "status: {}\n", []
        ),
        (
            manifest(
                .wasmPlugin,
                "\(url)\ntargetRefs: [{kind: GatewayClass, group: gateway.networking.k8s.io, name: istio-waypoint}]",
                namespace: "istio-system"
            ), []
        ),
        (trusting("name: ca") + certificate(.secret, "stringData"), []),
        (
            trusting("name: ca")
                + certificate(.secret, "data", "ca.crt", base64("-----BEGIN CERTIFICATE-----")), []
        ),
        (trusting("name: ca, kind: ConfigMap") + certificate(.configMap, "data"), []),
        (trusting("name: ca, kind: ClusterTrustBundle"), []),
        (istio("\(url)\npriority: +10\npluginName:\ntargetRefs: null\nsha256:"), []),
        (istio("\(url)\npriority: 010"), []), (istio("\(url)\npriority: 1_000"), []),
        (gateway("targetRef:\nwasm: [{code: {type: Image, image: {\(url)}}, failOpen: True}]"), []),
        (gateway("wasm: [{code: {type: Image, image: {\(url)}}, failOpen: yes}]"), []),
        (
            pulling
                + secret(
                    #"stringData: {.dockerconfigjson: '{"auths":{"x.io":{"username":"a","password":"b"}}}'}"#,
                    in: "other"
                ) + secret(right)
                + secret("data: {a: e30=}", type: "Opaque", in: "third"), []
        ),
        (gateway(image("url: r.io:5000/a@\(digest)")), []),
        (gateway(image("\(url), pullSecretRef: {name: s}")) + secret(right, type: "Opaque"), []),
        // Higress looks at no rule that is switched off, and at none beside pluginConfig.
        (higress("\(url)\nmatchRules: [{configDisable: true}, {domain: [a]}]"), []),
        (higress("\(url)\npluginConfig: {a: 1}"), []),
        (higress("\(url)\nmatchRules: [{domain: [a], config: {a: \"yes\"}}]"), []),
        ("kind: Deployment\nspec: {url: x}", []), ("kind: ConfigMap\nfoo: {a: b}", []),
        ("kind: Secret\nmetadata: {name: x}\ndata: {a: b}", []),
        ("", []),
        ("kind: SecretList\nitems: [{kind: Secret, data: {a: b}}]", []),
    ]

    @Test("finds nothing in a manifest that works", arguments: accepted.indices)
    func nothing(number: Int) throws {
        let findings = try Self.lint(Self.accepted[number].text, Self.accepted[number].versions)
        #expect(findings.isEmpty, "\(findings.map { "\($0.place.line) \($0.rule.id) \($0.message)" })")
    }

    @Test func `a ReferenceGrant allows a Secret of another namespace`() throws {
        let policy = Self.gateway(Self.image("\(Self.url), pullSecretRef: {name: s, namespace: other}"))
        let grant = """
            ---
            apiVersion: gateway.networking.k8s.io/v1beta1
            kind: ReferenceGrant
            metadata: {name: g, namespace: other}
            spec:
              from: [{group: gateway.envoyproxy.io, kind: EnvoyExtensionPolicy, namespace: ns}]
              to: [{group: "", kind: Secret}]
            """
        let all = policy + grant + "\n" + Self.secret(Self.right, in: "other")
        #expect(try Self.lint(all).isEmpty)
        #expect(try Self.lint(all.replacing("kind: Secret}]", with: "kind: Secret, name: s}]")).isEmpty)
        let others = [
            ("namespace: ns}]", "namespace: other}]"),
            ("group: gateway.envoyproxy.io", "group: gateway.example.com"),
            ("kind: Secret}]", "kind: Secret, name: t}]"),
            ("group: \"\", kind: Secret}]", "group: a.io, kind: Secret}]"),
        ]
        for (text, other) in others {
            try #require(all.contains(text))
            let ids = try Self.lint(all.replacing(text, with: other)).map(\.rule.id)
            #expect(ids == ["reference-grant"], "\(other)")
        }
    }

    @Test func `judges the Secret of the right namespace, or one without a namespace`() throws {
        let wrong = Self.secret(
            "data: {.dockerconfigjson: \(Self.base64(#"{"auths":{"x.io":{"auth":"YTpi"}}}"#))}"
        )
        let bare = { (text: String) in text.replacing("name: s, namespace: ns", with: "name: s") }
        #expect(try Self.lint(Self.pulling + bare(wrong) + Self.secret(Self.right)).isEmpty)
        let ids = try Self.lint(Self.pulling + wrong + bare(Self.secret(Self.right))).map(\.rule.id)
        #expect(ids == ["secret-host"])
        #expect(try Self.lint(Self.pulling + bare(wrong)).map(\.rule.id) == ["secret-host"])
    }

    @Test func `an object has at most 101 findings, and the worst of the others is shown`() throws {
        let fields = (0..<300).map { "  a\($0): yes" }.joined(separator: "\n")
        let findings = try Self.lint(Self.istio("\(Self.url)\npluginConfig:\n\(fields)\nphase: authn"))
        #expect(findings.count == 101)
        #expect(findings.last?.rule.id == "wrong-value")
        #expect(findings.last?.message.hasSuffix("; and 200 more findings in this object") == true)
    }
}
