import Diagnostics
import YAML

/// What Istio's webhook and istiod require beyond the fields of its CRDs.
enum IstioRules {
    static let wasmPlugin =
        [shape(IstioSchema.wasmPlugin), ObjectRule { checkVersion(of: $0, $1, &$2) }] + attachment + [
            ObjectRule { object, context, found in
                if let spec = object.spec { checkModule(in: spec, context, &found) }
            }
        ]

    static let trafficExtension =
        [shape(IstioSchema.trafficExtension), ObjectRule { checkVersion(of: $0, $1, &$2) }] + attachment + [
            ObjectRule { object, _, found in
                guard let spec = object.spec, spec.members != nil else { return }
                guard (spec["wasm"] == nil) == (spec["lua"] == nil) else { return }
                found.add(
                    .moduleSource,
                    at: spec["lua"]?.place ?? spec.place,
                    spec["wasm"] == nil
                        ? "spec needs wasm or lua" : "spec has both wasm and lua; exactly one is allowed"
                )
            },
            ObjectRule { object, context, found in
                if let wasm = object.spec?["wasm"] { checkModule(in: wasm, context, &found) }
            },
        ]

    /// The fields below `spec`.
    static func shape(
        _ fields: [Field],
        advice: @escaping @Sendable (String) -> String? = IstioSchema.advice
    ) -> ObjectRule {
        ObjectRule { object, _, found in
            guard let spec = object.spec else {
                return found.add(.missingField, at: object.node.place, "spec is missing")
            }
            var check = ShapeCheck(found, advice: advice)
            check.check(spec, .object(fields), at: "spec", spec.place)
            found = check.collector
        }
    }

    private static func checkVersion(
        of object: ManifestObject,
        _ context: ObjectRule.Context,
        _ found: inout LintCollector
    ) {
        guard let version = context.version(of: [.istio, .asm]) else { return }
        let place = object.node["kind"]?.place ?? object.node.place
        switch object.kind {
        case .trafficExtension where version.consumer == .asm || !version.isAtLeast(1, 30):
            found.add(
                .tooNew,
                at: place,
                "\(version) has no TrafficExtension"
                    + (version.consumer == .asm
                        ? ", as far as its documentation says" : "; it is new in Istio 1.30"),
                try: ["write a WasmPlugin: wasmpack generate wasmplugin REFERENCE"]
            )
        case .wasmPlugin where version.consumer == .asm && !version.isAtLeast(1, 18):
            found.add(
                .tooNew,
                at: place,
                "\(version) has no WasmPlugin; ASM documents it for version 1.18 and later"
            )
        default: break
        }
    }

    private static let attachment = [
        ObjectRule { object, _, found in
            guard let spec = object.spec else { return }
            let given = ["selector", "targetRef", "targetRefs"].filter { spec[$0] != nil }
            if given.count > 1 {
                found.add(
                    .oneAttachment,
                    at: spec[given[1]]?.place ?? spec.place,
                    "spec has \(given.joined(separator: " and ")), but at most one of them is allowed",
                    try: [
                        "keep selector for sidecars, targetRefs for gateways of the Gateway API and for waypoints"
                    ]
                )
            }
            if given.isEmpty, spec.members != nil {
                found.add(
                    .selectorMissing,
                    at: spec.place,
                    "without selector or targetRefs, the plugin applies to every workload of the namespace, or of the mesh in "
                        + "Istio's root namespace"
                )
            }
            if let selector = spec["selector"], selector["matchLabels"]?.members?.isEmpty ?? true {
                found.add(
                    .selectorEmpty,
                    at: selector.place,
                    "spec.selector has no labels, so it selects every workload",
                    try: ["write matchLabels with a label, or remove selector"]
                )
            }
        },
        ObjectRule { object, _, found in
            let targets =
                [object.spec?["targetRef"]].compactMap(\.self) + (object.spec?["targetRefs"]?.elements ?? [])
            for target in targets {
                checkTarget(target, &found)
                checkClass(target, of: object, &found)
            }
        },
    ]

    /// The API group of each kind that Istio's webhook accepts as a target.
    private static let groups = [
        "Gateway": "gateway.networking.k8s.io", "GatewayClass": "gateway.networking.k8s.io", "Service": "",
        "ServiceEntry": "networking.istio.io",
    ]

    private static func checkTarget(_ target: Node, _ found: inout LintCollector) {
        guard let kind = target["kind"]?.string, KubernetesForm.isKind(kind) else { return }
        guard let group = groups[kind] else {
            return found.add(
                .targetKind,
                at: target["kind"]?.place ?? target.place,
                "a target cannot be of the kind \(kind.truncated(to: 63)); Istio accepts "
                    + PolicyTarget.istioKinds.joined(separator: ", ")
            )
        }
        let given = target["group"]?.string ?? ""
        guard given != group else { return }
        found.add(
            .targetKind,
            at: target["group"]?.place ?? target.place,
            "the group of the target \(kind) is \"\(given.truncated(to: 80))\"",
            try: [group.isEmpty ? "remove group" : "write group: \(group)"]
        )
    }

    /// Istio's root namespace, unless its mesh has another one.
    private static let rootNamespace = "istio-system"

    /// Checks a target that is a GatewayClass: istiod looks only for that of waypoints, in its root namespace.
    private static func checkClass(
        _ target: Node,
        of object: ManifestObject,
        _ found: inout LintCollector
    ) {
        guard target["kind"]?.string == "GatewayClass", let name = target["name"], let text = name.string
        else { return }
        if text != "istio-waypoint" {
            found.add(
                .targetIgnored,
                at: name.place,
                "istiod ignores the GatewayClass \(text.truncated(to: 80)); only istio-waypoint is a target",
                try: ["write name: istio-waypoint, or a target of the kind Gateway"]
            )
        } else if let namespace = object.node["metadata"]?["namespace"], let own = namespace.string,
            own != rootNamespace
        {
            found.add(
                .targetIgnored,
                at: namespace.place,
                "a plugin for all waypoints must be in Istio's root namespace, which is usually \(rootNamespace)",
                try: ["write namespace: \(rootNamespace), or a target of the kind Gateway"]
            )
        }
    }

    /// Checks the fields of a module, which are the same in both kinds.
    private static func checkModule(
        in spec: Node,
        _ context: ObjectRule.Context,
        _ found: inout LintCollector
    ) {
        ModuleRules.check(url: spec["url"], sha256: spec["sha256"], as: .mesh, &found)
        ModuleRules.checkSettings(of: spec, &found)
        if let version = context.version(of: [.istio, .asm]), !version.isAtLeast(1, 27),
            let strategy = spec["failStrategy"], strategy.string == "FAIL_RELOAD"
        {
            found.add(
                .tooNew,
                at: strategy.place,
                "\(version) has no FAIL_RELOAD; it is new in Istio 1.27",
                try: ["write FAIL_CLOSE"]
            )
        }
    }
}
