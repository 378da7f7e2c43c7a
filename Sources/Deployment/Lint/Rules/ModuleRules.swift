import Diagnostics
import OCI
import YAML

/// The rules for the url of a module, its pin and its other settings.
enum ModuleRules {
    /// Checks a url and the field `sha256` beside it.
    static func check(url: Node?, sha256: Node?, as parser: ModuleURL.Parser, _ found: inout LintCollector) {
        checkFormat(sha256, &found)
        guard let url, let text = url.string, !text.isEmpty, url.otherReading == nil else { return }
        let parsed = ModuleURL(text, as: parser)
        for problem in parsed.problems {
            found.add(
                problem.rule,
                at: url.place,
                problem.message,
                consumerMessage: problem.consumerMessage,
                try: problem.hints
            )
        }
        let pin = sha256?.string.flatMap { $0.isEmpty ? nil : $0 }
        switch parsed.source {
        case .image(let reference): checkPin(of: reference, pin, url, sha256, parser, &found)
        case .http where pin == nil:
            found.add(
                .unpinned,
                at: url.place,
                "the module is not pinned",
                try: ["write sha256, the digest of the module: wasmpack inspect plugin.wasm"]
            )
        case .http, .file, nil: break
        }
    }

    /// Checks that `sha256` can be a digest; Envoy Gateway's and Higress's CRDs do not.
    static func checkFormat(_ sha256: Node?, ofModule isModule: Bool = false, _ found: inout LintCollector) {
        guard let sha256, let text = sha256.string, !text.isEmpty, !KubernetesForm.isSHA256(text) else {
            return
        }
        let bare = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
        let repaired = bare.lowercased()
        found.add(
            .sha256Format,
            at: sha256.place,
            text.hasPrefix("sha256:")
                ? "sha256 has the prefix sha256:, which is not allowed"
                : "sha256 is not 64 lower-case hexadecimal digits",
            try: KubernetesForm.isSHA256(repaired)
                ? ["write sha256: \(repaired)"]
                : [
                    isModule
                        ? "write the digest of the module: wasmpack inspect plugin.wasm"
                        : "write the digest of the manifest: wasmpack digest REFERENCE"
                ]
        )
    }

    private static func checkPin(
        of reference: Reference,
        _ pin: String?,
        _ url: Node,
        _ sha256: Node?,
        _ parser: ModuleURL.Parser,
        _ found: inout LintCollector
    ) {
        if let digest = reference.digest {
            if let pin, let sha256, digest.encoded != pin, KubernetesForm.isSHA256(pin) {
                found.add(
                    .pinConflict,
                    at: sha256.place,
                    "sha256 is another digest than that in the url, so no image can match",
                    try: ["remove sha256, or write sha256: \(digest.encoded)"]
                )
            }
            if let tag = reference.tag {
                found.add(
                    .tagIgnored,
                    at: url.place,
                    "the tag \(tag) is ignored, because the url has a digest",
                    try: [
                        "write the tag as a comment: "
                            + ModuleURL.text(
                                of: reference.pinned(to: digest),
                                like: url.string ?? "",
                                as: parser
                            )
                            + "  # \(tag)"
                    ]
                )
            }
            return
        }
        guard pin == nil else { return }
        let cached =
            parser == .mesh && reference.tag == nil
            ? "; a name without a tag does not count as latest, so proxies keep the first image that they fetch"
            : ""
        found.add(
            .unpinned,
            at: url.place,
            "the image is not pinned: the tag \(reference.tag?.description ?? "latest") may move\(cached)",
            try: ["wasmpack lint --fix \(found.pathArgument)"]
        )
    }

    /// Checks the settings of a module in Istio's and Higress's kinds.
    static func checkSettings(of spec: Node, _ found: inout LintCollector) {
        let url = spec["url"]?.string ?? ""
        let source = url.isEmpty ? nil : ModuleURL(url, as: .mesh).source
        if let policy = spec["imagePullPolicy"], case .image(let reference) = source,
            reference.digest != nil || spec["sha256"]?.string?.isEmpty == false
        {
            found.add(
                .pullPolicyIgnored,
                at: policy.place,
                "the image is pinned, so imagePullPolicy has no effect"
            )
        }
        if let secret = spec["imagePullSecret"] {
            switch source {
            case .file, .http:
                found.add(
                    .secretUnused,
                    at: secret.place,
                    "imagePullSecret has no effect, because the url does not name an image",
                    try: ["remove it"]
                )
            case .image, nil: break
            }
        }
        if let key = spec["verificationKey"] {
            found.add(
                .verificationKey,
                at: key.place,
                "verificationKey has no effect: no signature is verified",
                try: ["remove it"]
            )
        }
        for (position, variable) in (spec["vmConfig"]?["env"]?.elements ?? []).enumerated() {
            guard variable["valueFrom"]?.string == "HOST", let value = variable["value"] else { continue }
            found.add(
                .environmentValue,
                at: value.place,
                "vmConfig.env[\(position)] takes its value from the host, so it cannot have one",
                try: ["remove value, or write valueFrom: INLINE"]
            )
        }
    }
}
