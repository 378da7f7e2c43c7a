import OCI

/// Lines of comment that several documents share.
struct DeploymentComments {
    private let plugin: PluginDeployment

    init(_ plugin: PluginDeployment) { self.plugin = plugin }

    /// Which API server of ASM reads a document, and the other domain of its registry; nothing if it is for another mesh.
    func asm(_ document: String) -> [String] {
        guard plugin.mayBeOnASM else { return [] }
        return [
            "Alibaba ASM only: apply \(document) with the kubeconfig of the ASM instance, and the pull Secret with "
                + "that of the cluster that runs the pods."
        ] + (AlibabaRegistry(plugin.image.reference.registry)?.comments ?? [])
    }

    /// How to make the pull Secret that a document names.
    func pullSecret(in namespace: String) -> [YAMLEntry] {
        guard let secret = plugin.pullSecret else { return [] }
        guard !plugin.hasGeneratedSecret else {
            return [
                YAMLEntry(comments: ["kustomization.yaml makes this Secret from \(Kustomization.secretFile)."]
                )
            ]
        }
        return [
            YAMLEntry(comments: [
                "To create it in this namespace:",
                "  wasmpack generate pull-secret \(plugin.image.reference.repositoryDescription) \\",
                "    --name \(secret) --namespace \(namespace) | kubectl apply -f -",
            ])
        ]
    }
}
