import Deployment
import Diagnostics
import OCI

/// A deployment for the tests, with the fields that a test sets.
enum Deployments {
    static let digest = "sha256:" + String(repeating: "0a", count: 32)

    static func plugin(
        _ reference: String = "reg.example/team/auth:v1",
        isPinned: Bool = true,
        set: (inout PluginDeployment) throws(Failure) -> Void = { _ in }
    ) throws(Failure) -> PluginDeployment {
        let reference = try Reference(parsing: reference)
        var plugin = PluginDeployment(
            DeployedImage(reference, pinnedTo: isPinned ? try Digest(parsing: digest) : nil),
            name: KubernetesName(ofPlugin: reference.repository.description)
        )
        try set(&plugin)
        return plugin
    }

    /// The documents of a kind, except those that need a registry or credentials.
    static func documents(_ plugin: PluginDeployment, _ kind: DocumentKind) throws(Failure)
        -> [GeneratedDocument]
    {
        switch kind {
        case .wasmplugin: [try IstioDocuments(plugin).wasmPlugin()]
        case .trafficextension: [try IstioDocuments(plugin).trafficExtension()]
        case .envoyGateway: [try EnvoyGatewayDocument(plugin).document()]
        case .higress: [try IstioDocuments(plugin).higress()]
        case .envoy: [try EnvoyBootstrap(plugin).document()]
        case .imageVolume: try ImageVolume(plugin).documents()
        case .pullSecret, .kustomization: []
        }
    }

    /// The kinds with documents.
    static let kinds: [DocumentKind] = [
        .wasmplugin, .trafficextension, .envoyGateway, .higress, .envoy, .imageVolume,
    ]

    /// The value at a path of names and indexes, as compact JSON; `nil` if it is missing.
    static func value(_ path: String, of document: GeneratedDocument) throws -> String? {
        var value = document.object.json
        for step in path.split(separator: "/") {
            switch value {
            case .object(let members):
                guard let next = members[String(step)] else { return nil }
                value = next
            case .array(let items):
                guard let index = Int(step), items.indices.contains(index) else { return nil }
                value = items[index]
            default: return nil
            }
        }
        return String(decoding: try CanonicalJSON.encode(value), as: UTF8.self)
    }

    /// A text as JSON.
    static func json(_ text: String) throws -> String {
        String(decoding: try CanonicalJSON.encode(text), as: UTF8.self)
    }
}
