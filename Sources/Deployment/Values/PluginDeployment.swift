package import Diagnostics
package import OCI

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

/// A version of Istio: `1.29`.
package struct IstioVersion: Sendable, Comparable, CustomStringConvertible {
    package let minor: Int

    package var description: String { "1.\(minor)" }

    /// Reads `1.MINOR` or `1.MINOR.PATCH`; throws ``Failure/Code/usage`` otherwise.
    package init(parsing text: String) throws(Failure) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard (2...3).contains(parts.count), parts[0] == "1", let minor = Int(parts[1]),
            (0...999).contains(minor),
            parts.dropFirst(2).allSatisfy({ Int($0) != nil })
        else {
            throw Failure(
                .usage,
                "\"\(text.truncated(to: 40))\" is not a version of Istio",
                try: ["--for istio@1.29"]
            )
        }
        self.minor = minor
    }

    package static func < (left: IstioVersion, right: IstioVersion) -> Bool { left.minor < right.minor }
}

/// The image of a plugin in a registry.
package struct DeployedImage: Sendable, Equatable {
    /// The reference as the user wrote it.
    package let reference: Reference
    /// The digest to pin; `nil` to deploy by tag.
    package let digest: Digest?

    package init(_ reference: Reference, pinnedTo digest: Digest?) {
        self.reference = reference
        self.digest = digest
    }

    /// `host:port/repository@digest`, with a port where the proxy needs one.
    package var name: String {
        let repository = "\(host)/\(reference.repository)"
        if let digest { return "\(repository)@\(digest)" }
        return "\(repository):\(reference.tag?.description ?? "latest")"
    }

    /// The URL for a proxy's configuration, always with its scheme.
    package var url: String { "oci://\(name)" }

    /// The comment beside a pinned URL: the tag.
    package var comment: String? { digest == nil ? nil : reference.tag?.description }

    /// The host; one without a dot gets its port, because Istio would look for it on Docker Hub otherwise.
    private var host: String {
        let host = reference.registry.description
        return Reference.looksLikeHost(host) ? host : "\(host):443"
    }
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
    package var rootID: String?
    /// The path of the module on the proxy's machine, for a plain Envoy.
    package var modulePath: String?
    /// The version of Istio; `nil` for the newest.
    package var istio: IstioVersion?

    package init(_ image: DeployedImage, name: KubernetesName, namespace: KubernetesName? = nil) {
        self.image = image
        self.name = name
        self.namespace = namespace
    }

    /// The settings that are given.
    private var settings: [DeploymentSetting] {
        let given: [(DeploymentSetting, Bool)] = [
            (.selector, !selector.isEmpty), (.target, !targets.isEmpty), (.phase, phase != nil),
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
        guard environment.count <= 256, targets.count <= 16, (rootID ?? "x").utf8.count <= 256,
            rootID != ""
        else {
            throw Failure(
                .usage,
                "too many values",
                why: "at most 256 of --env, 16 of --target, and 1 to 256 bytes in --root-id are accepted"
            )
        }
        if pullPolicy == .never, kind != .imageVolume {
            throw Failure(
                .usage,
                "--pull-policy Never does not apply to \(kind.rawValue)",
                why: "the kind that has it is image-volume"
            )
        }
    }

    private static func checkUnique(_ names: [String], of option: String) throws(Failure) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw Failure(.usage, "\(option) \(name.truncated(to: 80)) is given twice")
        }
    }
}
