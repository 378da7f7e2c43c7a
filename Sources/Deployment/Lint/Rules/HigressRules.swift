import Diagnostics
import YAML

/// What Higress's controller requires; its CRD checks little.
enum HigressRules {
    /// Higress's own namespace, unless it is installed in another one.
    private static let namespace = "higress-system"

    static let wasmPlugin = [
        IstioRules.shape(HigressSchema.wasmPlugin, advice: HigressSchema.advice),
        ObjectRule { object, _, found in
            guard let node = object.node["metadata"]?["namespace"], let text = node.string, text != namespace
            else { return }
            found.add(
                .higressNamespace,
                at: node.place,
                "Higress reads only the WasmPlugins in its own namespace, which is usually \(namespace)",
                try: ["write namespace: \(namespace), and put the pull Secret there too"]
            )
        },
        ObjectRule { object, _, found in
            guard let spec = object.spec else { return }
            if let url = spec["url"] {
                if url.string?.isEmpty == true { found.add(.wrongLength, at: url.place, "spec.url is empty") }
                ModuleRules.check(url: url, sha256: spec["sha256"], as: .mesh, &found)
            } else if spec.members != nil {
                found.add(.moduleSource, at: spec.place, "spec.url is missing, so nothing is loaded")
            }
            ModuleRules.checkSettings(of: spec, &found)
        },
        ObjectRule { object, _, found in
            guard let spec = object.spec else { return }
            let rules = spec["matchRules"]?.elements ?? []
            if let plugin = spec["pluginConfig"] {
                guard spec["defaultConfig"] != nil || spec["defaultConfigDisable"] != nil || !rules.isEmpty
                else { return }
                return found.add(
                    .configIgnored,
                    at: plugin.place,
                    "with spec.pluginConfig, Higress ignores defaultConfig, defaultConfigDisable and matchRules",
                    try: ["move it to defaultConfig"]
                )
            }
            // Higress skips the rules that are switched off before it looks at them.
            let used = rules.enumerated().filter { !$0.element.isTrue("configDisable") }
            for (position, rule) in used {
                let path = "spec.matchRules[\(position)]"
                let matches = ["ingress", "domain", "service"].filter { rule[$0]?.elements?.isEmpty == false }
                if matches.isEmpty {
                    found.add(
                        .ruleWithoutMatch,
                        at: rule.place,
                        "\(path) has no ingress, domain or service, so Higress drops the whole plugin",
                        try: ["write domain: [\"*\"], or move its config to defaultConfig"]
                    )
                }
                if let type = rule["routeType"], type.string == "GRPC", matches.contains("ingress") {
                    found.add(
                        .grpcRoute,
                        at: type.place,
                        "\(path).routeType: Higress 2.2 replaces the name of each ingress by GRPC",
                        try: ["match by domain or service"]
                    )
                }
            }
            if let disable = spec["defaultConfigDisable"], spec.isTrue("defaultConfigDisable"), used.isEmpty {
                found.add(
                    .notInstalled,
                    at: disable.place,
                    "with defaultConfigDisable and without matchRules, the plugin is not installed"
                )
            }
        },
    ]
}

extension Node {
    fileprivate func isTrue(_ field: String) -> Bool {
        if case .bool(true)? = self[field]?.value { return true }
        return false
    }
}
