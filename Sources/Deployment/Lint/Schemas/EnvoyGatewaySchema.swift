/// The fields of Envoy Gateway's `EnvoyExtensionPolicy` (`gateway.envoyproxy.io/v1alpha1`, Envoy Gateway 1.9).
enum EnvoyGatewaySchema {
    static let group = "gateway.networking.k8s.io"

    /// The fields below `spec`.
    static let policy: [Field] = [
        Field("targetRef", target),
        Field("targetRefs", .list(target, limit: nil, unique: nil)),
        Field("targetSelectors", .list(selector, limit: nil, unique: nil)),
        Field("mergeType", .text),
        Field("wasm", .list(plugin, limit: 16, unique: nil)),
        // Other extensions than plugins.
        Field("extProc", .unchecked),
        Field("lua", .unchecked),
        Field("dynamicModule", .unchecked),
    ]

    private static let target = Shape.object([
        Field("group", .word([group]), required: true),
        Field("kind", .word(PolicyTarget.envoyGatewayKinds), required: true),
        Field("name", .text(1...253), required: true),
        Field("sectionName", .text(1...253)),
    ])

    private static let selector = Shape.object([
        Field("group", .word([group])),
        Field("kind", .word(PolicyTarget.envoyGatewayKinds), required: true),
        Field("matchLabels", .unchecked),
        Field("matchExpressions", .unchecked),
        Field(
            "namespaces",
            .object([Field("from", .word(["Same", "All", "Selector"])), Field("selector", .unchecked)])
        ),
    ])

    private static let plugin = Shape.object([
        Field("name", .text),
        Field("rootID", .text),
        Field("code", code, required: true),
        Field("config", .any),
        Field("failOpen", .bool),
        Field("env", .object([Field("hostKeys", .list(.text, limit: nil, unique: nil))])),
    ])

    private static let code = Shape.object([
        Field("type", .word(["HTTP", "Image"]), required: true),
        Field("pullPolicy", .word(["IfNotPresent", "Always"])),
        Field(
            "image",
            .object([
                Field("url", .text(1...Int.max), required: true),
                Field("sha256", .text),
                Field("pullSecretRef", secret),
                Field("tls", tls),
            ])
        ),
        Field(
            "http",
            .object([
                Field(
                    "url",
                    .text(
                        TextShape(
                            form: (
                                "a URL with http:// or https://",
                                {
                                    ["http://", "https://"].contains(where: $0.hasPrefix)
                                        && !$0.hasSuffix("//")
                                }
                            )
                        )
                    ),
                    required: true
                ),
                Field("sha256", .text),
                Field("tls", tls),
            ])
        ),
    ])

    private static let namespace = Shape.text(
        TextShape(count: 1...63, form: ("the name of a namespace", { KubernetesForm.isNamespace($0) }))
    )

    private static let secret = Shape.object([
        Field("group", .word([""])),
        Field("kind", .word(["Secret"])),
        Field("name", .text(1...253), required: true),
        Field("namespace", namespace),
    ])

    private static let tls = Shape.object([
        Field(
            "caCertificateRef",
            .object([
                Field("group", .text),
                Field("kind", .word(["Secret", "ConfigMap", "ClusterTrustBundle"])),
                Field("name", .text(1...253), required: true),
                Field("namespace", namespace),
            ])
        )
    ])

    /// Advice about fields of other kinds.
    @Sendable static func advice(_ name: String) -> String? {
        switch name {
        case "pluginConfig", "configuration": "write config"
        case "imagePullSecret", "imagePullSecrets", "pullSecret":
            "write pullSecretRef: {name: NAME, kind: Secret}"
        case "imagePullPolicy": "write pullPolicy, beside image"
        case "keyValues": "Envoy Gateway passes variables of the proxy by name only: hostKeys"
        case "failStrategy": "write failOpen: true or false"
        case "phase", "priority": "the order of the list is the order of the plugins"
        case "selector": "write targetRefs or targetSelectors"
        default: nil
        }
    }
}
