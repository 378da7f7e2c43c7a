package import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A Secret of the type `kubernetes.io/dockerconfigjson`, which Istio, Higress, Envoy Gateway and the kubelet read.
///
/// Its description never contains the credentials.
package struct PullSecret: Sendable, CustomStringConvertible {
    private let configuration: [UInt8]
    private let registry: RegistryName
    private let name: KubernetesName
    private let namespace: KubernetesName?

    /// Creates a Secret.
    ///
    /// - Parameters:
    ///   - configuration: the value of `.dockerconfigjson`, with credentials.
    ///   - registry: the registry that the credentials are for.
    ///   - name: the name of the Secret.
    ///   - namespace: its namespace; the context's own, if `nil`.
    package init(
        _ configuration: [UInt8],
        for registry: RegistryName,
        name: KubernetesName,
        namespace: KubernetesName?
    ) {
        self.configuration = configuration
        self.registry = registry
        self.name = name
        self.namespace = namespace
    }

    package var description: String { "the pull Secret \(name)" }

    /// The document, which contains credentials.
    package var document: GeneratedDocument {
        let metadata =
            [YAMLEntry("name", name.description)]
            + (namespace.map { [YAMLEntry("namespace", $0.description)] } ?? [])
        return GeneratedDocument(
            "pull-secret.yaml",
            .mapping([
                YAMLEntry("apiVersion", "v1"),
                YAMLEntry(
                    "data",
                    [
                        YAMLEntry(".dockerconfigjson", .string(Data(configuration).base64EncodedString()))
                    ]
                ),
                YAMLEntry("kind", "Secret"),
                YAMLEntry("metadata", metadata),
                YAMLEntry("type", "kubernetes.io/dockerconfigjson"),
            ]),
            comments: [
                "It must be in the namespace of the object that names it. For ASM, apply it with the kubeconfig of the "
                    + "cluster where the pods run, not with that of the ASM instance."
            ] + (AlibabaRegistry(registry)?.comments ?? [])
        )
    }
}
