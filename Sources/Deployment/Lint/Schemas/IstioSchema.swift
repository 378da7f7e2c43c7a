import Diagnostics

/// The fields of Istio's `WasmPlugin` and `TrafficExtension` (`extensions.istio.io/v1alpha1`, Istio 1.31).
enum IstioSchema {
    /// The fields below `spec` of a `WasmPlugin`.
    static let wasmPlugin: [Field] =
        source + plugin + attachment + [
            Field("targetRef", target),
            Field("phase", .word(["UNSPECIFIED_PHASE"] + phases)),
        ]

    /// The fields below `spec` of a `TrafficExtension`.
    static let trafficExtension: [Field] =
        attachment + [
            Field("phase", .word(["UNSPECIFIED"] + phases)),
            Field("wasm", .object(source + plugin)),
            Field("lua", .object([Field("inlineCode", .text(1...65536), required: true)])),
        ]

    private static let phases = PluginPhase.allCases.map(\.rawValue)
    private static let priority = Shape.integer(Int64(Int32.min)...Int64(Int32.max))

    /// Where the module comes from.
    private static let source = [
        Field("url", .text(1...Int.max), required: true),
        Field("sha256", .text),
        Field("imagePullPolicy", .word(["UNSPECIFIED_POLICY", "IfNotPresent", "Always"])),
        Field("imagePullSecret", .text(1...253)),
        Field("verificationKey", .text),
    ]

    /// What the plugin does.
    private static let plugin = [
        Field("pluginConfig", .configuration),
        Field("pluginName", .text(1...256)),
        Field("failStrategy", .word(["FAIL_CLOSE", "FAIL_OPEN", "FAIL_RELOAD"])),
        Field("type", .word(["UNSPECIFIED_PLUGIN_TYPE", "HTTP", "NETWORK"])),
        Field("vmConfig", .object([Field("env", .list(variable, limit: 256, unique: "name"))])),
    ]

    private static let variable = Shape.object([
        Field("name", .text(1...256), required: true),
        Field("valueFrom", .word(["INLINE", "HOST"])),
        Field("value", .text(0...2048)),
    ])

    /// What the plugin is attached to, and its order; beside the module in both kinds.
    private static let attachment = [
        Field("selector", .object([Field("matchLabels", .labels)])),
        Field("targetRefs", .list(target, limit: 16, unique: nil)),
        Field("priority", priority),
        Field("match", .list(match, limit: nil, unique: nil)),
    ]

    private static let target = Shape.object([
        Field(
            "kind",
            .text(TextShape(count: 1...63, form: ("the name of a kind", KubernetesForm.isKind))),
            required: true
        ),
        Field("name", .text(1...253), required: true),
        Field("group", .text(0...253)),
        Field(
            "namespace",
            .text(TextShape(form: ("empty: a target is in the object's own namespace", \.isEmpty)))
        ),
    ])

    private static let match = Shape.object([
        Field("mode", .word(["UNDEFINED", "CLIENT", "SERVER", "CLIENT_AND_SERVER"])),
        Field(
            "ports",
            .list(
                .object([Field("number", .integer(1...65535), required: true)]),
                limit: nil,
                unique: "number"
            )
        ),
    ])

    /// Advice about fields that are elsewhere, or in the other kind.
    @Sendable static func advice(_ name: String) -> String? {
        switch name {
        case "image", "imageUrl": "write url"
        case "config", "defaultConfig": "write pluginConfig"
        case "matchRules", "defaultConfigDisable":
            "it is a field of Higress's WasmPlugin (extensions.higress.io/v1alpha1)"
        case "url", "sha256", "imagePullSecret", "imagePullPolicy", "pluginConfig", "pluginName",
            "failStrategy", "vmConfig",
            "type", "verificationKey":
            "move it under wasm"
        case "targetRef": "write targetRefs, a list"
        default: nil
        }
    }
}

/// The forms of names in Kubernetes.
enum KubernetesForm {
    @Sendable static func isKind(_ text: String) -> Bool {
        guard let first = text.utf8.first, isLetter(first), let last = text.utf8.last else { return false }
        return last != UInt8(ascii: "-")
            && text.utf8.allSatisfy { isLetter($0) || $0.isDigit || $0 == UInt8(ascii: "-") }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }

    /// Whether a text is 64 lower-case hexadecimal digits.
    static func isSHA256(_ text: String) -> Bool {
        text.utf8.count == 64 && text.utf8.allSatisfy(\.isLowercaseHexadecimal)
    }

    static func isNamespace(_ text: String) -> Bool {
        (try? KubernetesName(parsing: text, as: .namespace, of: "namespace")) != nil
    }

    static func isName(_ text: String) -> Bool {
        (try? KubernetesName(parsing: text, as: .object, of: "name")) != nil
    }
}
