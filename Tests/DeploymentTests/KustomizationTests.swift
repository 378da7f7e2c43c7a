import Deployment
import Diagnostics
import Testing

/// The files of a kustomization.
@Suite struct KustomizationTests {
    private func files(_ kinds: [DocumentKind], _ set: DocumentTests.Setting = { (_) throws(Failure) in })
        throws(Failure)
        -> [String: String]
    {
        let plugin = try Deployments.plugin(set: set)
        return Dictionary(
            try Kustomization(plugin, with: kinds).files().files.map { ($0.name, $0.text) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    @Test func `each namespace of the documents gets the Secret, whose file is ignored by git`() throws {
        let files = try files([.wasmplugin, .higress, .pullSecret]) { (plugin) throws(Failure) in
            plugin.pullSecret = try KubernetesName(parsing: "s", as: .object, of: "x")
        }
        #expect(
            Set(files.keys) == ["wasmplugin.yaml", "higress.yaml", "kustomization.yaml", ".gitignore"]
        )
        #expect(files[".gitignore"] == "pull-secret.json\n")
        let text = try #require(files["kustomization.yaml"])
        for namespace in ["istio-system", "higress-system"] {
            #expect(text.contains("namespace: \(namespace)"))
        }
        #expect(text.contains("disableNameSuffixHash: true"))
    }

    static let secrets: [(kinds: [DocumentKind], consumer: String?, asm: Bool, why: String)] = [
        ([.wasmplugin, .pullSecret], nil, true, "ASM reads a WasmPlugin too"),
        ([.wasmplugin, .pullSecret], "asm@1.20", true, "it is for ASM"),
        ([.wasmplugin, .pullSecret], "istio@1.29", false, "it is for Istio"),
        ([.trafficextension, .higress, .envoyGateway, .pullSecret], nil, false, "nothing that ASM reads"),
    ]

    @Test("the documents say that the kustomization makes the Secret", arguments: secrets)
    func secret(kinds: [DocumentKind], consumer: String?, asm: Bool, why: String) throws {
        let set: DocumentTests.Setting = { (plugin) throws(Failure) in
            plugin.pullSecret = try KubernetesName(parsing: "s", as: .object, of: "x")
            plugin.consumer = try consumer.map { text throws(Failure) in try ConsumerVersion(parsing: text) }
        }
        let all = try files(kinds, set)
        for kind in kinds where kind != .pullSecret {
            let text = try #require(all["\(kind.rawValue).yaml"])
            #expect(
                text.contains("# kustomization.yaml makes this Secret from pull-secret.json.\n"),
                "\(why)"
            )
            #expect(!text.contains("wasmpack generate pull-secret"), "\(why)")
        }
        let text = try #require(all["kustomization.yaml"])
        #expect(text.contains("wasmpack generate pull-secret reg.example/team/auth --name s"), "\(why)")
        #expect(text.contains("# For ASM, omit --with pull-secret") == asm, "\(why)")
        // Without it, each document has the command.
        let alone = try files(kinds.filter { $0 != .pullSecret }, set)
        for kind in kinds where kind != .pullSecret {
            #expect(
                alone["\(kind.rawValue).yaml"]?.contains("wasmpack generate pull-secret") == true,
                "\(why)"
            )
        }
    }

    @Test func `a kustomization of a Secret alone rejects what a Secret lacks`() throws {
        let name: DocumentTests.Setting = { (plugin) throws(Failure) in
            plugin.pullSecret = try KubernetesName(parsing: "s", as: .object, of: "x")
        }
        #expect(try files([.pullSecret], name).count == 2)
        let failure = #expect(throws: Failure.self) {
            try files([.pullSecret]) { (plugin) throws(Failure) in
                try name(&plugin)
                plugin.phase = .authn
            }
        }
        #expect(failure?.message == "--phase does not apply to pull-secret")
    }

    @Test func `without a Secret there is nothing to ignore`() throws {
        #expect(Set(try files([.trafficextension]).keys) == ["trafficextension.yaml", "kustomization.yaml"])
    }

    @Test func `a version belongs to the kinds that its consumer reads`() throws {
        let set: DocumentTests.Setting = { (plugin) throws(Failure) in
            plugin.consumer = try ConsumerVersion(parsing: "istio@1.29")
        }
        #expect(try files([.wasmplugin, .higress], set).count == 3)
        #expect(throws: Failure.self) { try files([.higress], set) }
        #expect(throws: Failure.self) { try files([.trafficextension, .wasmplugin], set) }
    }

    static let rejected: [(kinds: [DocumentKind], why: String)] = [
        ([], "nothing"), ([.envoy], "no Kubernetes object"), ([.imageVolume], "patches"),
        ([.higress, .higress], "twice"), ([.pullSecret], "a Secret without a name"),
        ([.kustomization], "itself"),
    ]

    @Test("rejects kinds that cannot be part of it", arguments: rejected)
    func unusable(kinds: [DocumentKind], why: String) {
        #expect(throws: Failure.self, "\(why)") { try files(kinds) }
    }
}
