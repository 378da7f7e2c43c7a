/// The fields of every object outside `spec`: kubectl asks the API server to reject others since Kubernetes 1.27.
enum KubernetesSchema {
    /// The fields at the top of an object.
    static func fields(of kind: ManifestKind) -> [Field] {
        let common = [
            Field("apiVersion", .elsewhere), Field("kind", .elsewhere), Field("metadata", .object(metadata)),
        ]
        switch kind {
        case .secret:
            return common + [
                Field("type", .text), Field("immutable", .bool), Field("data", .elsewhere),
                Field("stringData", .elsewhere),
            ]
        case .configMap:
            return common + [
                Field("immutable", .bool), Field("data", .elsewhere), Field("binaryData", .elsewhere),
            ]
        default: return common + [Field("spec", .elsewhere), Field("status", .elsewhere)]
        }
    }

    private static let metadata: [Field] =
        [Field("labels", .texts), Field("annotations", .texts)]
        + [
            "name", "namespace", "generateName", "selfLink", "uid", "resourceVersion", "generation",
            "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "ownerReferences",
            "finalizers", "managedFields",
        ].map { Field($0, .elsewhere) }

    /// Advice about a field that belongs somewhere else.
    static func advice(_ name: String, for kind: ManifestKind) -> String? {
        if metadata.contains(where: { $0.name == name }) { return "move it under metadata" }
        let fields =
            switch kind {
            case .wasmPlugin: IstioSchema.wasmPlugin
            case .trafficExtension: IstioSchema.trafficExtension
            case .envoyExtensionPolicy: EnvoyGatewaySchema.policy
            case .higressWasmPlugin: HigressSchema.wasmPlugin
            case .secret, .configMap: fields(of: kind)
            }
        guard fields.contains(where: { $0.name == name }) else { return nil }
        return kind.consumer == nil ? "move it to the top of the object" : "move it under spec"
    }
}
