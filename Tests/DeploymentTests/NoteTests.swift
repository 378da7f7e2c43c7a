import Deployment
import Diagnostics
import Testing

/// What the user still has to do, and warnings of the version.
@Suite struct NoteTests {
    static let notes: [(kind: DocumentKind, note: String?, set: DocumentTests.Setting, why: String)] = [
        (
            .wasmplugin, "every workload in the namespace istio-system", { (_) throws(Failure) in },
            "no selector"
        ),
        (.trafficextension, "every workload in the namespace prod", Self.namespace, "its own namespace"),
        (.wasmplugin, nil, Self.selector, "a selector"), (.trafficextension, nil, Self.target, "a target"),
        (.envoyGateway, "names Gateway/my-gateway", { (_) throws(Failure) in }, "a placeholder"),
        (.envoyGateway, nil, Self.target, "a target"),
        (.higress, nil, { (_) throws(Failure) in }, "nothing to fill in"),
        (.envoy, "127.0.0.1:8080", { (_) throws(Failure) in }, "a backend"),
        (.imageVolume, "my-app", { (_) throws(Failure) in }, "a placeholder"),
    ]

    private static let namespace: DocumentTests.Setting = { (plugin) throws(Failure) in
        plugin.namespace = try KubernetesName(parsing: "prod", as: .namespace, of: "x")
    }
    private static let selector: DocumentTests.Setting = { (plugin) throws(Failure) in
        plugin.selector = [try WorkloadLabel(parsing: "a=b")]
    }
    private static let target: DocumentTests.Setting = { (plugin) throws(Failure) in
        plugin.targets = [try PolicyTarget(parsing: "Gateway/x")]
    }

    @Test("a note names each placeholder and a missing selector", arguments: notes.indices)
    func note(number: Int) throws {
        let (kind, note, set, why) = Self.notes[number]
        let documents = try Deployments.documents(Deployments.plugin(set: set), kind)
        let notes = documents.flatMap(\.notes)
        #expect(notes.count == (note == nil ? 0 : 1), "\(why): \(notes)")
        if let note { #expect(notes.first?.contains(note) == true, "\(why): \(notes)") }
        // The note and the document name the same placeholder.
        if let name = notes.first?.firstMatch(of: /my-[a-z]+/)?.output {
            #expect(documents.yaml.contains("name: \(name)"), "\(why)")
        }
    }

    static let registries: [(reference: String, isLocal: Bool)] = [
        ("localhost:5000/a:v1", true), ("127.0.0.1:5000/a:v1", true), ("[::1]:5000/a:v1", true),
        ("registry:5000/a:v1", false), ("ghcr.io/a/b:v1", false),
    ]

    @Test("a registry on this machine has a note", arguments: registries)
    func local(reference: String, isLocal: Bool) throws {
        #expect(try Deployments.plugin(reference).image.notes.isEmpty != isLocal)
    }

    static let versions: [(text: String, isKnown: Bool, why: String)] = [
        ("istio", true, "no version"), ("istio@1.26", true, "the first"), ("istio@1.31.2", true, "the last"),
        ("istio@1.32", false, "the next"), ("istio@1.99", false, "far away"), ("istio@1.25", false, "older"),
        ("istio@2.0", false, "another major version"), ("envoy-gateway@1.9", true, "the last"),
        ("envoy-gateway@1.10", false, "ten is after nine"), ("higress@2.2", true, "the only one"),
        ("higress@2.3", false, "the next"), ("envoy@1.40", true, "the last"),
        ("envoy@1.41", false, "the next"),
        ("asm@1.30", true, "ASM has no last one"), ("asm@1.17", false, "older"),
    ]

    @Test("warns of a version whose rules it does not know", arguments: versions)
    func version(text: String, isKnown: Bool, why: String) throws {
        #expect((try ConsumerVersion(parsing: text).warning == nil) == isKnown, "\(why)")
    }

    static let advice: [(options: String, hint: String?, why: String)] = [
        ("app=a,b=c", "--selector app=a --selector b=c", "a list"),
        ("app=a,b", "--selector app=a", "two values"),
        ("app==a", "--selector app=a", "kubectl's form"), ("app: a", "--selector app=a", "YAML's form"),
        ("app", "--selector app=VALUE", "a key"), ("a=-b", "--selector istio=ingressgateway", "an example"),
    ]

    @Test("the advice for a selector is a selector", arguments: advice)
    func selectorAdvice(options: String, hint: String?, why: String) throws {
        let failure = #expect(throws: Failure.self) { try WorkloadLabel(parsing: options) }
        #expect(failure?.hints == hint.map { ["use \($0)"] }, "\(why)")
        for label in hint?.split(separator: "--selector ") ?? [] {
            let text = String(label).replacing(" ", with: "").replacing("VALUE", with: "value")
            #expect(throws: Never.self, "\(why): \(text)") { try WorkloadLabel(parsing: text) }
        }
    }

    static let parts: [(text: String, message: String)] = [
        ("a b=c", "has an invalid key"), ("-a=c", "has an invalid key"), ("a=b c", "has an invalid value"),
        ("a=\(String(repeating: "v", count: 64))", "has an invalid value"), ("a=b,c=d", "is a list"),
    ]

    @Test("says which part of a selector is wrong", arguments: parts)
    func part(text: String, message: String) {
        let failure = #expect(throws: Failure.self) { try WorkloadLabel(parsing: text) }
        #expect(failure?.message.hasSuffix(message) == true, "\(String(describing: failure))")
    }

    @Test("the advice for a target is a target", arguments: ["Gateway/UPPER", "httproute/a_b", "Service/.x"])
    func targetAdvice(text: String) throws {
        let failure = #expect(throws: Failure.self) { try PolicyTarget(parsing: text) }
        let hint = try #require(failure?.hints.first)
        #expect(hint.hasPrefix("--target "))
        #expect(throws: Never.self) { try PolicyTarget(parsing: String(hint.dropFirst("--target ".count))) }
    }

    @Test("a kind without a selector has advice", arguments: [DocumentKind.envoyGateway, .higress])
    func noSelector(kind: DocumentKind) {
        let failure = #expect(throws: Failure.self) { try DeploymentSetting.selector.check(kind) }
        #expect(failure?.hints.isEmpty == false)
    }
}
