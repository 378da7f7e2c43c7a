package import Diagnostics
import OCI

/// Documents that mount the image into a proxy's Pod, so that the kubelet pulls it (Kubernetes 1.35 and later).
package struct ImageVolume: Sendable {
    private static let volume = "wasm"
    private static let folder = "/opt/wasm"
    private static let placeholder = "my-app"

    private let plugin: PluginDeployment

    package init(_ plugin: PluginDeployment) { self.plugin = plugin }

    /// Returns one document each for Istio's sidecars, Envoy Gateway and a Pod of your own, or only that of `--for`.
    ///
    /// Throws ``Failure/Code/usage`` for values that they lack.
    package func documents() throws(Failure) -> [GeneratedDocument] {
        try plugin.check(for: .imageVolume)
        return switch plugin.consumer?.consumer {
        case nil: try [istio(), envoyGateway, pod]
        case .istio, .asm: [try istio()]
        case .envoyGateway: [envoyGateway]
        case .envoy, .higress: [pod]
        }
    }

    private var namespace: YAMLEntry {
        YAMLEntry("namespace", plugin.namespace(in: .imageVolume))
    }

    private func metadata(_ name: String, comment: String? = nil) -> YAMLEntry {
        YAMLEntry("metadata", [YAMLEntry("name", .string(name), comment: comment), namespace])
    }

    private var image: [YAMLEntry] {
        [YAMLEntry("reference", .string(plugin.image.name), comment: plugin.image.comment)]
            + (plugin.pullPolicy.map { [YAMLEntry("pullPolicy", $0.rawValue)] } ?? [])
    }

    private var volumes: YAMLEntry {
        YAMLEntry(
            "volumes",
            .sequence([.mapping([YAMLEntry("name", Self.volume), YAMLEntry("image", image)])])
        )
    }

    private var mounts: YAMLEntry {
        YAMLEntry(
            "volumeMounts",
            .sequence([
                .mapping([
                    YAMLEntry("name", Self.volume),
                    YAMLEntry("mountPath", Self.folder),
                    YAMLEntry("readOnly", .bool(true)),
                ])
            ])
        )
    }

    private var secrets: [YAMLEntry] {
        plugin.pullSecret.map { secret in
            [
                YAMLEntry(
                    "imagePullSecrets",
                    .sequence([.mapping([YAMLEntry("name", secret.description)])])
                )
            ]
        } ?? []
    }

    /// A patch of a Deployment, whose annotations the injector of Istio's sidecars reads.
    private func istio() throws(Failure) -> GeneratedDocument {
        func text(_ entries: [YAMLEntry]) throws(Failure) -> YAMLNode {
            .string(String(decoding: try CanonicalJSON.encode(YAMLNode.mapping(entries).json), as: UTF8.self))
        }
        let annotations = [
            YAMLEntry(
                "sidecar.istio.io/userVolume",
                try text([YAMLEntry(Self.volume, [YAMLEntry("image", image)])])
            ),
            YAMLEntry(
                "sidecar.istio.io/userVolumeMount",
                try text([
                    YAMLEntry(
                        Self.volume,
                        [
                            YAMLEntry("mountPath", Self.folder), YAMLEntry("readOnly", .bool(true)),
                        ]
                    )
                ])
            ),
        ]
        let template = [YAMLEntry("metadata", [YAMLEntry("annotations", annotations)])]
        return GeneratedDocument(
            "image-volume-istio.yaml",
            .mapping([
                YAMLEntry("apiVersion", "apps/v1"),
                YAMLEntry("kind", "Deployment"),
                metadata(Self.placeholder, comment: "fill in"),
                YAMLEntry(
                    "spec",
                    [YAMLEntry("template", template + (secrets.isEmpty ? [] : [YAMLEntry("spec", secrets)]))]
                ),
            ]),
            comments: [
                "Istio's sidecars: a patch for your Deployment (kubectl patch --patch-file), for Kubernetes 1.35 and later.",
                "The WasmPlugin then has the url file://\(Self.folder)/plugin.wasm and no imagePullSecret: the kubelet pulls "
                    + "the image, with the imagePullSecrets of the Pod.",
            ],
            notes: [
                "fill in the name of your Deployment, which is \(Self.placeholder) here, and use that document as a patch: "
                    + "kubectl patch deployment NAME --patch-file FILE"
            ]
        )
    }

    private var envoyGateway: GeneratedDocument {
        let deployment = [
            YAMLEntry("pod", [volumes] + secrets), YAMLEntry("container", [mounts]),
        ]
        return GeneratedDocument(
            "image-volume-envoy-gateway.yaml",
            .mapping([
                YAMLEntry("apiVersion", "gateway.envoyproxy.io/v1alpha1"),
                YAMLEntry("kind", "EnvoyProxy"),
                metadata(plugin.name.description),
                YAMLEntry(
                    "spec",
                    [
                        YAMLEntry(
                            "provider",
                            [
                                YAMLEntry("type", "Kubernetes"),
                                YAMLEntry("kubernetes", [YAMLEntry("envoyDeployment", deployment)]),
                            ]
                        )
                    ]
                ),
            ]),
            comments: [
                "Envoy Gateway: for the parametersRef of a GatewayClass or Gateway, on Kubernetes 1.35 and later. An "
                    + "EnvoyExtensionPolicy cannot name a file (Envoy Gateway 1.9); an EnvoyPatchPolicy can."
            ]
        )
    }

    private var pod: GeneratedDocument {
        let container = YAMLNode.mapping([
            YAMLEntry("name", "envoy"),
            YAMLEntry("image", .string("envoyproxy/envoy:v1.40.0"), comment: "the Envoy that you use"),
            mounts,
        ])
        return GeneratedDocument(
            "image-volume-pod.yaml",
            .mapping([
                YAMLEntry("apiVersion", "v1"),
                YAMLEntry("kind", "Pod"),
                metadata(plugin.name.description),
                YAMLEntry("spec", [YAMLEntry("containers", .sequence([container])), volumes] + secrets),
            ]),
            comments: [
                "A Pod of your own, on Kubernetes 1.35 and later: the module is \(Self.folder)/plugin.wasm in the container."
            ]
        )
    }
}
