package import Diagnostics

/// A kind of document that deploys a plugin.
package enum DocumentKind: String, Sendable, CaseIterable {
    /// Istio's and ASM's `WasmPlugin`.
    case wasmplugin
    /// Istio's `TrafficExtension`, since Istio 1.30.
    case trafficextension
    /// Envoy Gateway's `EnvoyExtensionPolicy`.
    case envoyGateway = "envoy-gateway"
    /// Higress's `WasmPlugin`.
    case higress
    /// A bootstrap configuration of a plain Envoy.
    case envoy
    /// Documents that mount the image as a volume.
    case imageVolume = "image-volume"
    /// A Secret with the credentials of a registry.
    case pullSecret = "pull-secret"
    /// A folder of documents for kustomize.
    case kustomization

    /// The name in messages.
    package var title: String {
        switch self {
        case .wasmplugin: "a WasmPlugin"
        case .trafficextension: "a TrafficExtension"
        case .envoyGateway: "an EnvoyExtensionPolicy"
        case .higress: "a WasmPlugin of Higress"
        case .envoy: "a configuration of Envoy"
        case .imageVolume: "an image volume"
        case .pullSecret: "a pull Secret"
        case .kustomization: "a kustomization"
        }
    }

    /// The name of the consumer that checks its image, as in `check --for`; `nil` if none fetches it.
    package var consumer: String? {
        switch self {
        case .wasmplugin, .trafficextension: "istio"
        case .envoyGateway: "envoy-gateway"
        case .higress: "higress"
        case .envoy, .imageVolume, .pullSecret, .kustomization: nil
        }
    }

    /// Whether its document tells a proxy to run the plugin, as HTTP or network filter.
    package var runsPlugin: Bool {
        switch self {
        case .wasmplugin, .trafficextension, .envoyGateway, .higress, .envoy: true
        case .imageVolume, .pullSecret, .kustomization: false
        }
    }

    /// The consumers that read it, for `--for`.
    package var readers: [ConsumerVersion.Consumer] {
        switch self {
        case .wasmplugin: [.istio, .asm]
        case .trafficextension: [.istio]
        case .envoyGateway: [.envoyGateway]
        case .higress: [.higress]
        case .envoy: [.envoy]
        case .imageVolume: [.istio, .asm, .envoyGateway, .envoy]
        case .pullSecret: [.istio, .asm, .envoyGateway, .higress]
        case .kustomization: ConsumerVersion.Consumer.allCases
        }
    }

    /// The namespace where its objects usually are; `nil` for documents without a namespace.
    package var usualNamespace: String? {
        switch self {
        case .wasmplugin, .trafficextension: "istio-system"
        case .higress: "higress-system"
        case .envoyGateway, .imageVolume: "default"
        case .envoy, .pullSecret, .kustomization: nil
        }
    }
}

/// A setting of a plugin that not every kind of document has.
package enum DeploymentSetting: String, Sendable, CaseIterable {
    case namespace, selector, target, phase, priority
    case failStrategy = "fail-strategy"
    case pluginConfig = "plugin-config"
    case env, match, type
    case pullPolicy = "pull-policy"
    case pullSecret = "pull-secret"
    case rootID = "root-id"
    case module

    /// The kinds that have it.
    package var kinds: [DocumentKind] {
        switch self {
        case .namespace:
            [
                .wasmplugin, .trafficextension, .envoyGateway, .higress, .imageVolume, .pullSecret,
                .kustomization,
            ]
        case .selector, .match: [.wasmplugin, .trafficextension]
        case .target: [.wasmplugin, .trafficextension, .envoyGateway]
        case .phase, .priority: [.wasmplugin, .trafficextension, .higress]
        case .failStrategy, .pluginConfig, .env, .rootID:
            [.wasmplugin, .trafficextension, .envoyGateway, .higress, .envoy]
        case .type: [.wasmplugin, .trafficextension, .envoy]
        case .pullPolicy, .pullSecret:
            [.wasmplugin, .trafficextension, .envoyGateway, .higress, .imageVolume]
        case .module: [.envoy]
        }
    }

    /// Throws ``Failure/Code/usage`` if a kind lacks it.
    package func check(_ kind: DocumentKind) throws(Failure) {
        guard !kinds.contains(kind) else { return }
        throw Failure(
            .usage,
            "--\(rawValue) does not apply to \(kind.rawValue)",
            why: "\(kind.title) has no such field; "
                + (kinds.count == 1 ? "the only kind that has it is " : "the kinds that have it are ")
                + kinds.map(\.rawValue).joined(separator: ", "),
            try: replacement(in: kind).map { [$0] } ?? []
        )
    }

    /// What a kind without a selector has instead.
    private func replacement(in kind: DocumentKind) -> String? {
        switch (self, kind) {
        case (.selector, .envoyGateway):
            "use --target KIND/NAME, or targetSelectors, which is a comment in the document"
        case (.selector, .higress), (.target, .higress):
            "omit it: Higress applies the plugin to its own gateways; matchRules, a comment in the document, limits it"
        default: nil
        }
    }
}
