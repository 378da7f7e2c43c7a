import Deployment
import Diagnostics
import OCI
import Testing

/// What each option becomes in each kind of document.
@Suite struct DocumentTests {
    typealias Setting = @Sendable (inout PluginDeployment) throws(Failure) -> Void

    /// An option, and for each kind that has it where its value is and what it is.
    struct Row: CustomTestStringConvertible {
        let option: String
        let set: Setting
        let fields: [DocumentKind: (path: String, json: String)]

        var testDescription: String { option }
    }

    private static let wasm = "spec/wasm/0"
    private static let filter =
        "static_resources/listeners/0/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config"

    static let rows: [Row] = [
        Row(
            option: "--namespace",
            set: { (plugin) throws(Failure) in
                plugin.namespace = try KubernetesName(parsing: "prod", as: .namespace, of: "x")
            },
            fields: [
                .wasmplugin: ("metadata/namespace", #""prod""#),
                .trafficextension: ("metadata/namespace", #""prod""#),
                .envoyGateway: ("metadata/namespace", #""prod""#),
                .higress: ("metadata/namespace", #""prod""#),
                .imageVolume: ("metadata/namespace", #""prod""#),
            ]
        ),
        Row(
            option: "--selector",
            set: { (plugin) throws(Failure) in
                plugin.selector = [try WorkloadLabel(parsing: "app.kubernetes.io/name=1")]
            },
            fields: [
                .wasmplugin: ("spec/selector", #"{"matchLabels":{"app.kubernetes.io/name":"1"}}"#),
                .trafficextension: ("spec/selector", #"{"matchLabels":{"app.kubernetes.io/name":"1"}}"#),
            ]
        ),
        Row(
            option: "--target",
            set: { (plugin) throws(Failure) in plugin.targets = [try PolicyTarget(parsing: "Gateway/eg")] },
            fields: [
                .wasmplugin: (
                    "spec/targetRefs",
                    #"[{"group":"gateway.networking.k8s.io","kind":"Gateway","name":"eg"}]"#
                ),
                .trafficextension: ("spec/targetRefs/0/name", #""eg""#),
                .envoyGateway: (
                    "spec/targetRefs",
                    #"[{"group":"gateway.networking.k8s.io","kind":"Gateway","name":"eg"}]"#
                ),
            ]
        ),
        Row(
            option: "--phase",
            set: { $0.phase = .authn },
            fields: [
                .wasmplugin: ("spec/phase", #""AUTHN""#), .trafficextension: ("spec/phase", #""AUTHN""#),
                .higress: ("spec/phase", #""AUTHN""#),
            ]
        ),
        Row(
            option: "--priority",
            set: { $0.priority = -5 },
            fields: [
                .wasmplugin: ("spec/priority", "-5"), .trafficextension: ("spec/priority", "-5"),
                .higress: ("spec/priority", "-5"),
            ]
        ),
        Row(
            option: "--fail-strategy",
            set: { $0.failStrategy = .open },
            fields: [
                .wasmplugin: ("spec/failStrategy", #""FAIL_OPEN""#),
                .trafficextension: ("spec/wasm/failStrategy", #""FAIL_OPEN""#),
                .envoyGateway: ("\(wasm)/failOpen", "true"), .higress: ("spec/failStrategy", #""FAIL_OPEN""#),
                .envoy: ("\(filter)/failure_policy", #""FAIL_OPEN""#),
            ]
        ),
        Row(
            option: "--plugin-config",
            set: { (plugin) throws(Failure) in
                plugin.configuration = try PluginConfiguration(Array(#"{"b": 1, "a":"no"}"#.utf8))
            },
            fields: [
                .wasmplugin: ("spec/pluginConfig", #"{"a":"no","b":1}"#),
                .trafficextension: ("spec/wasm/pluginConfig", #"{"a":"no","b":1}"#),
                .envoyGateway: ("\(wasm)/config", #"{"a":"no","b":1}"#),
                .higress: ("spec/defaultConfig", #"{"a":"no","b":1}"#),
                // Envoy passes the text as it is.
                .envoy: ("\(filter)/configuration/value", #""{\"b\": 1, \"a\":\"no\"}""#),
            ]
        ),
        Row(
            option: "--env from the host",
            set: { (plugin) throws(Failure) in plugin.environment = [try PluginVariable(parsing: "A")] },
            fields: [
                .wasmplugin: ("spec/vmConfig/env", #"[{"name":"A","valueFrom":"HOST"}]"#),
                .trafficextension: ("spec/wasm/vmConfig/env", #"[{"name":"A","valueFrom":"HOST"}]"#),
                .envoyGateway: ("\(wasm)/env", #"{"hostKeys":["A"]}"#),
                .higress: ("spec/vmConfig/env", #"[{"name":"A","valueFrom":"HOST"}]"#),
                .envoy: ("\(filter)/vm_config/environment_variables", #"{"host_env_keys":["A"]}"#),
            ]
        ),
        Row(
            option: "--match",
            set: { (plugin) throws(Failure) in plugin.matches = [try TrafficMatch(parsing: "server:80")] },
            fields: [
                .wasmplugin: ("spec/match", #"[{"mode":"SERVER","ports":[{"number":80}]}]"#),
                .trafficextension: ("spec/match", #"[{"mode":"SERVER","ports":[{"number":80}]}]"#),
            ]
        ),
        Row(
            option: "--type",
            set: { $0.type = .network },
            fields: [
                .wasmplugin: ("spec/type", #""NETWORK""#),
                .trafficextension: ("spec/wasm/type", #""NETWORK""#),
                .envoy: (
                    "static_resources/listeners/0/filter_chains/0/filters/0/name",
                    #""envoy.filters.network.wasm""#
                ),
            ]
        ),
        Row(
            option: "--pull-policy",
            set: { $0.pullPolicy = .always },
            fields: [
                .wasmplugin: ("spec/imagePullPolicy", #""Always""#),
                .trafficextension: ("spec/wasm/imagePullPolicy", #""Always""#),
                .envoyGateway: ("\(wasm)/code/pullPolicy", #""Always""#),
                .higress: ("spec/imagePullPolicy", #""Always""#),
                .imageVolume: ("metadata/name", #""my-app""#),
            ]
        ),
        Row(
            option: "--pull-secret",
            set: { (plugin) throws(Failure) in
                plugin.pullSecret = try KubernetesName(parsing: "wasm-secret", as: .object, of: "x")
            },
            fields: [
                .wasmplugin: ("spec/imagePullSecret", #""wasm-secret""#),
                .trafficextension: ("spec/wasm/imagePullSecret", #""wasm-secret""#),
                .envoyGateway: (
                    "\(wasm)/code/image/pullSecretRef", #"{"kind":"Secret","name":"wasm-secret"}"#
                ),
                .higress: ("spec/imagePullSecret", #""wasm-secret""#),
                .imageVolume: ("spec/template/spec/imagePullSecrets", #"[{"name":"wasm-secret"}]"#),
            ]
        ),
        Row(
            option: "--root-id",
            set: { $0.rootID = "r" },
            fields: [
                .wasmplugin: ("spec/pluginName", #""r""#),
                .trafficextension: ("spec/wasm/pluginName", #""r""#),
                .envoyGateway: ("\(wasm)/rootID", #""r""#), .higress: ("spec/pluginName", #""r""#),
                .envoy: ("\(filter)/root_id", #""r""#),
            ]
        ),
        Row(
            option: "--module",
            set: { $0.modulePath = "/m.wasm" },
            fields: [.envoy: ("\(filter)/vm_config/code/local/filename", #""/m.wasm""#)]
        ),
    ]

    @Test("each option is in the documents that have it, and rejected by the others", arguments: rows)
    func option(row: Row) throws {
        let plugin = try Deployments.plugin(set: row.set)
        for kind in Deployments.kinds {
            guard let field = row.fields[kind] else {
                let failure = #expect(throws: Failure.self, "\(kind)") {
                    try Deployments.documents(plugin, kind)
                }
                #expect(failure?.code == .usage)
                // The kinds that have it are named.
                for name in row.fields.keys.map(\.rawValue) {
                    #expect(failure?.why?.contains(name) == true, "\(kind): \(name)")
                }
                continue
            }
            let document = try #require(try Deployments.documents(plugin, kind).first)
            #expect(try Deployments.value(field.path, of: document) == field.json, "\(kind)")
        }
    }

    @Test("nothing is in a document that was not asked for", arguments: Deployments.kinds.dropLast())
    func bare(kind: DocumentKind) throws {
        let plugin = try Deployments.plugin()
        let fields: [DocumentKind: (path: String, json: String)] = [
            .wasmplugin: ("spec", #"{"url":"URL"}"#), .trafficextension: ("spec", #"{"wasm":{"url":"URL"}}"#),
            .higress: ("spec", #"{"defaultConfig":{},"url":"URL"}"#),
            .envoyGateway: (
                Self.wasm,
                #"{"code":{"image":{"sha256":"HEX","url":"URL"},"type":"Image"},"name":"auth"}"#
            ),
            .envoy: (
                Self.filter,
                #"{"name":"auth","vm_config":{"code":{"local":{"filename":"/etc/envoy/plugin.wasm"}},"#
                    + #""runtime":"envoy.wasm.runtime.v8","vm_id":"auth"}}"#
            ),
        ]
        let field = try #require(fields[kind])
        let document = try #require(try Deployments.documents(plugin, kind).first)
        let expected = field.json.replacing("URL", with: "oci://reg.example/team/auth@\(Deployments.digest)")
            .replacing("HEX", with: String(Deployments.digest.dropFirst(7)))
        #expect(try Deployments.value(field.path, of: document) == expected)
    }

    @Test("no line of comment is wider than 80 columns, except a command", arguments: Deployments.kinds)
    func comments(kind: DocumentKind) throws {
        let plugin = try Deployments.plugin { (plugin) throws(Failure) in
            if kind != .envoy { plugin.pullSecret = try KubernetesName(parsing: "s", as: .object, of: "x") }
        }
        for document in try Deployments.documents(plugin, kind) {
            let lines = document.yaml.split(separator: "\n").filter { $0.drop { $0 == " " }.hasPrefix("#") }
            for line in lines where !line.contains("#   ") {
                #expect(line.count <= 80, "\(line)")
            }
            // Each paragraph is complete.
            for comment in document.comments where !comment.hasPrefix(" ") {
                let text = lines.map { $0.dropFirst(2) }.joined(separator: " ")
                #expect(text.contains(comment), "\(comment)")
            }
        }
    }

    @Test func `annotations for sidecars are objects by volume`() throws {
        let document = try #require(try Deployments.documents(Deployments.plugin(), .imageVolume).first)
        guard case .object(let root) = document.object.json, case .object(let spec)? = root["spec"],
            case .object(let template)? = spec["template"],
            case .object(let metadata)? = template["metadata"],
            case .object(let annotations)? = metadata["annotations"]
        else {
            Issue.record("no annotations")
            return
        }
        #expect(
            annotations["sidecar.istio.io/userVolume"]
                == .string(
                    #"{"wasm":{"image":{"reference":"reg.example/team/auth@\#(Deployments.digest)"}}}"#
                )
        )
        #expect(
            annotations["sidecar.istio.io/userVolumeMount"]
                == .string(#"{"wasm":{"mountPath":"/opt/wasm","readOnly":true}}"#)
        )
    }

    static let strategies: [(FailStrategy, istio: String, envoy: String)] = [
        (.close, #""FAIL_CLOSE""#, #""FAIL_CLOSED""#), (.open, #""FAIL_OPEN""#, #""FAIL_OPEN""#),
        (.reload, #""FAIL_RELOAD""#, #""FAIL_RELOAD""#),
    ]

    @Test("fail strategies have the words of Istio and of Envoy", arguments: strategies)
    func strategy(strategy: FailStrategy, istio: String, envoy: String) throws {
        let plugin = try Deployments.plugin { $0.failStrategy = strategy }
        let document = try #require(try Deployments.documents(plugin, .wasmplugin).first)
        #expect(try Deployments.value("spec/failStrategy", of: document) == istio)
        let bootstrap = try #require(try Deployments.documents(plugin, .envoy).first)
        #expect(try Deployments.value("\(Self.filter)/failure_policy", of: bootstrap) == envoy)
        for kind in [DocumentKind.higress, .envoyGateway] where strategy == .reload {
            #expect(throws: Failure.self) { try Deployments.documents(plugin, kind) }
        }
    }

    static let versions: [(text: String, kind: DocumentKind, phrase: String?, why: String)] = [
        ("istio@1.29", .wasmplugin, "istio-system.auth.", "the name in logs until 1.29"),
        ("istio@1.30", .wasmplugin, "istio-system.auth~istio-translated-wasmplugin.", "since 1.30"),
        ("istio@1.30", .trafficextension, "istio-system.auth.", "a TrafficExtension keeps its name"),
        ("istio@1.29", .trafficextension, nil, "new in 1.30"),
        ("asm@1.30", .trafficextension, nil, "unknown"),
        ("asm@1.17", .wasmplugin, nil, "ASM has it since 1.18"),
        ("asm@1.18", .wasmplugin, "ASM", "since 1.18"),
        ("higress@2.2", .wasmplugin, nil, "another kind's consumer"),
        ("istio@1.29", .higress, nil, "another kind's consumer"), ("envoy", .envoyGateway, nil, "another's"),
    ]

    @Test("a version decides what is written", arguments: versions)
    func version(text: String, kind: DocumentKind, phrase: String?, why: String) throws {
        let plugin = try Deployments.plugin { (plugin) throws(Failure) in
            plugin.consumer = try ConsumerVersion(parsing: text)
        }
        let document = try? Deployments.documents(plugin, kind).first
        guard let phrase else {
            #expect(document == nil, "\(why)")
            return
        }
        let comments = try #require(document).comments.joined(separator: "\n")
        #expect(comments.contains(phrase), "\(why): \(comments)")
        #expect(comments.contains("ASM") == text.hasPrefix("asm"), "\(why): \(comments)")
    }

    @Test func `Istio before 1.27 has no reload`() throws {
        for (version, isKnown) in [("istio@1.26", false), ("istio@1.27", true), ("istio", true)] {
            let plugin = try Deployments.plugin { (plugin) throws(Failure) in
                plugin.consumer = try ConsumerVersion(parsing: version)
                plugin.failStrategy = .reload
            }
            #expect(((try? IstioDocuments(plugin).wasmPlugin()) != nil) == isKnown, "\(version)")
        }
    }

    @Test func `ASM's comment names the API servers and the other domain of its registry`() throws {
        let hosts = [
            "demo-registry.cn-hangzhou.cr.aliyuncs.com", "demo-registry-vpc.cn-hangzhou.cr.aliyuncs.com",
        ]
        for (host, other) in zip(hosts, hosts.reversed()) {
            let document = try IstioDocuments(Deployments.plugin("\(host)/a/b:v1")).wasmPlugin()
            let comments = document.comments.joined(separator: "\n")
            #expect(comments.contains("kubeconfig of the ASM instance"))
            #expect(comments.contains("  \(other)"), "\(comments)")
        }
        let elsewhere = try IstioDocuments(Deployments.plugin()).wasmPlugin().comments.joined()
        #expect(!elsewhere.contains("domain"))
    }

    @Test func `only digests of sha256 are pinned, because proxies know no other`() throws {
        let digest = try Digest(parsing: "sha512:" + String(repeating: "0a", count: 64))
        let image = DeployedImage(try Reference(parsing: "reg.example/a/b:v1"), pinnedTo: digest)
        let plugin = PluginDeployment(image, name: KubernetesName(ofPlugin: "b"))
        #expect(throws: Failure.self) { try IstioDocuments(plugin).wasmPlugin() }
    }
}
