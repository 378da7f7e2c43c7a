package import Diagnostics

/// The phase of the filter chain in which a plugin runs (Istio's `PluginPhase`).
package enum PluginPhase: String, Sendable, CaseIterable {
    case authn = "AUTHN"
    case authz = "AUTHZ"
    case stats = "STATS"
}

/// What happens to traffic if the plugin cannot be loaded or crashes.
package enum FailStrategy: String, Sendable, CaseIterable {
    /// Traffic is rejected.
    case close
    /// Traffic passes without the plugin.
    case open
    /// Traffic is rejected until the plugin was loaded again, since Istio 1.27.
    case reload
}

/// The kind of traffic that a plugin handles.
package enum PluginType: String, Sendable, CaseIterable {
    case http
    case network
}

/// When the image is fetched again.
package enum PullPolicy: String, Sendable, CaseIterable {
    case ifNotPresent = "IfNotPresent"
    case always = "Always"
    case never = "Never"
}

/// Everything that a document says about a plugin.
package struct PluginDeployment: Sendable {
    package var image: DeployedImage
    package var name: KubernetesName
    package var namespace: KubernetesName?
    package var selector: [WorkloadLabel] = []
    package var targets: [PolicyTarget] = []
    package var phase: PluginPhase?
    package var priority: Int32?
    package var failStrategy: FailStrategy?
    package var configuration: PluginConfiguration?
    package var environment: [PluginVariable] = []
    package var matches: [TrafficMatch] = []
    package var type: PluginType?
    package var pullPolicy: PullPolicy?
    package var pullSecret: KubernetesName?
    /// Whether the kustomization that contains the document also makes the Secret.
    package var hasGeneratedSecret = false
    package var rootID: String?
    /// The path of the module on the proxy's machine, for a plain Envoy.
    package var modulePath: String?
    /// The consumer and its version that the document is for; `nil` for the newest of each.
    package var consumer: ConsumerVersion?

    package init(_ image: DeployedImage, name: KubernetesName, namespace: KubernetesName? = nil) {
        self.image = image
        self.name = name
        self.namespace = namespace
    }

    /// The settings that are given.
    private var settings: [DeploymentSetting] {
        let given: [(DeploymentSetting, Bool)] = [
            (.namespace, namespace != nil), (.selector, !selector.isEmpty), (.target, !targets.isEmpty),
            (.phase, phase != nil),
            (.priority, priority != nil), (.failStrategy, failStrategy != nil),
            (.pluginConfig, configuration != nil), (.env, !environment.isEmpty), (.match, !matches.isEmpty),
            (.type, type != nil), (.pullPolicy, pullPolicy != nil), (.pullSecret, pullSecret != nil),
            (.rootID, rootID != nil), (.module, modulePath != nil),
        ]
        return given.filter(\.1).map(\.0)
    }

    /// Checks the values that several kinds share; throws ``Failure/Code/usage``.
    package func check(for kind: DocumentKind) throws(Failure) {
        for setting in settings { try setting.check(kind) }
        guard selector.isEmpty || targets.isEmpty else {
            throw Failure(
                .usage,
                "--selector and --target cannot be used together",
                why: "Istio accepts only one of them in an object"
            )
        }
        try Self.checkUnique(selector.map(\.key), of: "--selector")
        try Self.checkUnique(environment.map(\.name), of: "--env")
        if ![.envoy, .imageVolume, .pullSecret].contains(kind) { try image.checkAlgorithm(for: kind) }
        try consumer?.check(for: kind)
        try Self.checkCount(environment.count, of: "--env", limit: 256)
        try Self.checkCount(targets.count, of: "--target", limit: 16)
        guard (1...256).contains((rootID ?? "x").unicodeScalars.count) else {
            throw Failure(.usage, "--root-id has a wrong length", why: "it has 1 to 256 characters")
        }
        if pullPolicy == .never, kind != .imageVolume {
            throw Failure(
                .usage,
                "--pull-policy Never does not apply to \(kind.rawValue)",
                why: "the kind that has it is image-volume"
            )
        }
    }

    private static func checkCount(_ count: Int, of option: String, limit: Int) throws(Failure) {
        guard count > limit else { return }
        throw Failure(.usage, "\(option) is given \(count) times", why: "at most \(limit) are accepted")
    }

    /// Throws ``Failure/Code/usage`` for the fail strategy `reload`, which the kind lacks.
    func failIfReloading(_ kind: DocumentKind) throws(Failure) {
        guard failStrategy == .reload else { return }
        throw Failure(
            .usage,
            "--fail-strategy reload does not apply to \(kind.rawValue)",
            why: "the kinds that have it are wasmplugin, trafficextension, envoy"
        )
    }

    /// Whether the documents may be for Alibaba ASM: for it, or for no named consumer.
    var mayBeOnASM: Bool { consumer == nil || consumer?.consumer == .asm }

    /// Returns the namespace of the object, or where objects of its kind usually are.
    func namespace(in kind: DocumentKind) -> String {
        namespace?.description ?? kind.usualNamespace ?? "default"
    }

    /// Returns the policy of a mesh that deploys the plugin; `nil` for a kind that is not one document of a mesh.
    ///
    /// Throws ``Failure/Code/usage`` for values that the kind lacks.
    package func policy(_ kind: DocumentKind) throws(Failure) -> GeneratedDocument? {
        switch kind {
        case .wasmplugin: try IstioDocuments(self).wasmPlugin()
        case .trafficextension: try IstioDocuments(self).trafficExtension()
        case .higress: try IstioDocuments(self).higress()
        case .envoyGateway: try EnvoyGatewayDocument(self).document()
        case .envoy, .imageVolume, .pullSecret, .kustomization: nil
        }
    }

    private static func checkUnique(_ names: [String], of option: String) throws(Failure) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw Failure(.usage, "\(option) \(name.truncated(to: 80)) is given twice")
        }
    }
}
