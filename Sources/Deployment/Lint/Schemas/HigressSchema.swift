/// The fields of Higress's `WasmPlugin` (`extensions.higress.io/v1alpha1`, Higress 2.2).
enum HigressSchema {
    /// The fields below `spec`; the CRD requires none.
    static let wasmPlugin: [Field] = [
        Field("url", .text),
        Field("sha256", .text),
        Field("imagePullPolicy", .word(["UNSPECIFIED_POLICY", "IfNotPresent", "Always"])),
        Field("imagePullSecret", .text),
        Field("verificationKey", .text),
        Field("pluginConfig", .configuration),
        Field("pluginName", .text),
        Field("phase", .word(["UNSPECIFIED_PHASE"] + PluginPhase.allCases.map(\.rawValue))),
        Field("priority", .integer(Int64(Int32.min)...Int64(Int32.max))),
        Field("failStrategy", .word(["FAIL_CLOSE", "FAIL_OPEN"])),
        Field("vmConfig", .object([Field("env", .list(variable, limit: nil, unique: nil))])),
        Field("defaultConfig", .configuration),
        Field("defaultConfigDisable", .bool),
        Field("matchRules", .list(rule, limit: nil, unique: nil)),
    ]

    private static let variable = Shape.object([
        Field("name", .text), Field("valueFrom", .word(["INLINE", "HOST"])), Field("value", .text),
    ])

    private static let names = Shape.list(.text, limit: nil, unique: nil)

    private static let rule = Shape.object([
        Field("ingress", names),
        Field("domain", names),
        Field("service", names),
        Field("config", .configuration),
        Field("configDisable", .bool),
        Field("routeType", .word(["HTTP", "GRPC"])),
    ])

    /// Advice about fields of Istio's kind.
    @Sendable static func advice(_ name: String) -> String? {
        switch name {
        case "selector", "targetRef", "targetRefs", "match", "type":
            "it is a field of Istio's WasmPlugin; Higress applies a plugin to its own gateways, and matchRules limits it"
        case "config": "write defaultConfig"
        default: nil
        }
    }
}
