import Diagnostics
import OCI
import YAML

/// What Envoy Gateway's CRD and controller require beyond the fields.
enum EnvoyGatewayRules {
    static let policy = [
        IstioRules.shape(EnvoyGatewaySchema.policy, advice: EnvoyGatewaySchema.advice),
        ObjectRule { object, _, found in
            guard let spec = object.spec, spec.members != nil else { return }
            let hasSelectors = spec["targetSelectors"]?.elements?.isEmpty == false
            let forms = ["targetRef", "targetRefs"].filter { form in
                spec[form].map { $0.elements?.isEmpty != true } ?? false
            }
            if forms.count == 2, !hasSelectors {
                found.add(
                    .targetMissing,
                    at: spec["targetRef"]?.place ?? spec.place,
                    "spec has both targetRef and targetRefs",
                    try: ["keep targetRefs"]
                )
            } else if forms.isEmpty, !hasSelectors {
                found.add(
                    .targetMissing,
                    at: spec.place,
                    "spec needs targetRefs or targetSelectors",
                    try: ["targetRefs: [{group: gateway.networking.k8s.io, kind: Gateway, name: NAME}]"]
                )
            }
        },
        ObjectRule { object, _, found in
            guard let spec = object.spec, let merge = spec["mergeType"] else { return }
            if merge.string == "Replace" {
                found.add(
                    .mergeType,
                    at: merge.place,
                    "mergeType cannot be Replace",
                    try: ["write StrategicMerge or JSONMerge, or remove it"]
                )
            }
            let targets =
                [spec["targetRef"]].compactMap(\.self) + (spec["targetRefs"]?.elements ?? [])
                + (spec["targetSelectors"]?.elements ?? [])
            for target in targets {
                guard let kind = target["kind"]?.string, !kind.hasSuffix("Route") else { continue }
                found.add(
                    .mergeType,
                    at: target["kind"]?.place ?? target.place,
                    "mergeType is for targets that are routes, not for a \(kind.truncated(to: 63))",
                    try: ["remove mergeType"]
                )
            }
        },
        ObjectRule { object, _, found in
            for (position, plugin) in (object.spec?["wasm"]?.elements ?? []).enumerated() {
                if let code = plugin["code"] { check(code, "spec.wasm[\(position)].code", &found) }
            }
        },
    ]

    private static func check(_ code: Node, _ path: String, _ found: inout LintCollector) {
        let type = code["type"]?.string
        for (name, field) in [("Image", "image"), ("HTTP", "http")] {
            if type == name, code[field] == nil {
                found.add(
                    .moduleSource,
                    at: code.place,
                    "\(path).\(field) is missing, which the type \(name) needs"
                )
            } else if type != name, ["Image", "HTTP"].contains(type), let other = code[field] {
                found.add(.moduleSource, at: other.place, "\(path).\(field) is only for the type \(name)")
            }
        }
        if let image = code["image"] {
            ModuleRules.check(url: image["url"], sha256: image["sha256"], as: .envoyGateway, &found)
            if let policy = code["pullPolicy"], isPinned(image) {
                found.add(
                    .pullPolicyIgnored,
                    at: policy.place,
                    "the image is pinned, so pullPolicy has no effect"
                )
            }
        }
        if let http = code["http"] { check(http: http, &found) }
    }

    private static func isPinned(_ image: Node) -> Bool {
        if image["sha256"]?.string?.isEmpty == false { return true }
        guard let url = image["url"]?.string,
            case .image(let reference) = ModuleURL(url, as: .envoyGateway).source
        else { return false }
        return reference.digest != nil
    }

    private static func check(http: Node, _ found: inout LintCollector) {
        ModuleRules.checkFormat(http["sha256"], ofModule: true, &found)
        if let url = http["url"], let text = url.string, let start = text.firstRange(of: "://"),
            let image = ModuleURL.image(likeFile: text[start.upperBound...])
        {
            found.add(
                .urlImage,
                at: url.place,
                "the type HTTP fetches a file, but the url looks like that of an image",
                try: ["write type: Image and image.url: oci://\(image)"]
            )
        }
        if http["sha256"]?.string?.isEmpty ?? true {
            found.add(
                .unpinned,
                at: http["url"]?.place ?? http.place,
                "the module is not pinned",
                try: ["write sha256, the digest of the module: wasmpack inspect plugin.wasm"]
            )
        }
    }
}
