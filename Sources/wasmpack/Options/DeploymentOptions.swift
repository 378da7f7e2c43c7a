import ArgumentParser
import Deployment
import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// A value that is read in upper or lower case, because the documents' own words have both.
protocol AnyCaseArgument: ExpressibleByArgument, CaseIterable, RawRepresentable<String> {}

extension AnyCaseArgument {
    init?(argument: String) {
        guard let value = Self.allCases.first(where: { $0.rawValue.lowercased() == argument.lowercased() })
        else {
            return nil
        }
        self = value
    }
}

extension DocumentKind: AnyCaseArgument {}
extension FailStrategy: AnyCaseArgument {}
extension PluginType: AnyCaseArgument {}
extension PullPolicy: AnyCaseArgument {}
extension PluginPhase: AnyCaseArgument {}

/// The fields of the generated documents.
struct DeploymentOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Object name (default: from the repository)", valueName: "name"))
    var name: String?

    @Option(help: ArgumentHelp("Namespace of the object", valueName: "name"))
    var namespace: String?

    @Option(help: ArgumentHelp("Workloads with this label; may be repeated", valueName: "key=value"))
    var selector: [String] = []

    @Option(
        help: ArgumentHelp(
            "Object to attach to; may be repeated",
            valueName: "kind/name"
        )
    )
    var target: [String] = []

    @Option(help: "Position: AUTHN, AUTHZ or STATS")
    var phase: PluginPhase?

    // Unconditional, because `-1` would be read as an option otherwise.
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Order within the phase (-2147483648 to 2147483647); higher runs first",
            valueName: "n"
        )
    )
    var priority: Int32?

    @Option(help: ArgumentHelp("If the plugin fails: close, open or reload", valueName: "strategy"))
    var failStrategy: FailStrategy?

    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Configuration of the plugin, or its file",
            valueName: "text|@file"
        ),
        completion: FileArgument.completion
    )
    var pluginConfig: String?

    @Option(
        help: ArgumentHelp("Environment variable; may be repeated", valueName: "name[=value]")
    )
    var env: [String] = []

    @Option(
        help: ArgumentHelp(
            "Traffic: client, server or both; may be repeated",
            valueName: "mode[:ports]"
        )
    )
    var match: [String] = []

    @Option(help: "Kind of plugin: http (the default) or network")
    var type: PluginType?

    @Option(help: ArgumentHelp("Pull again: IfNotPresent, Always or Never", valueName: "policy"))
    var pullPolicy: PullPolicy?

    @Option(help: ArgumentHelp("Secret with the registry's credentials", valueName: "name"))
    var pullSecret: String?

    @Option(help: ArgumentHelp("Root ID, for a module with several plugins", valueName: "id"))
    var rootId: String?

    @Option(help: ArgumentHelp("Path of the module where Envoy runs (envoy)", valueName: "path"))
    var module: String?

    @Option(
        name: .customLong("for"),
        help: ArgumentHelp(
            "Consumer and version to write for",
            valueName: "name[@version]"
        ),
        completion: .list(ConsumerVersion.Consumer.allCases.map(\.rawValue))
    )
    var consumer: String?

    /// Returns the deployment of an image.
    ///
    /// Throws ``Failure/Code/usage`` for an invalid value, and errors of reading the file of the configuration.
    func deployment(of image: DeployedImage) throws(Failure) -> PluginDeployment {
        var plugin = PluginDeployment(
            image,
            name: try name.map { name throws(Failure) in
                try KubernetesName(parsing: name, as: .object, of: "--name")
            } ?? KubernetesName(ofPlugin: image.reference.repository.description),
            namespace: try parsedNamespace()
        )
        plugin.selector = try selector.map { text throws(Failure) in try WorkloadLabel(parsing: text) }
        plugin.targets = try target.map { text throws(Failure) in try PolicyTarget(parsing: text) }
        plugin.phase = phase
        plugin.priority = priority
        plugin.failStrategy = failStrategy
        plugin.configuration = try pluginConfig.map(Self.configuration)
        plugin.environment = try env.map { text throws(Failure) in try PluginVariable(parsing: text) }
        plugin.matches = try match.map { text throws(Failure) in try TrafficMatch(parsing: text) }
        plugin.type = type
        plugin.pullPolicy = pullPolicy
        plugin.pullSecret = try pullSecret.map { name throws(Failure) in
            try KubernetesName(parsing: name, as: .object, of: "--pull-secret")
        }
        plugin.rootID = rootId
        plugin.modulePath = module
        plugin.consumer = try parsedConsumer()
        return plugin
    }

    private static func configuration(_ text: String) throws(Failure) -> PluginConfiguration {
        guard text.hasPrefix("@") else {
            return try PluginConfiguration(
                Array(text.utf8),
                fileExists: Directory.type(of: FilePath(text)) == .regular
            )
        }
        let path = FilePath(String(text.dropFirst()))
        guard !path.isEmpty else {
            throw Failure(
                .usage,
                "--plugin-config @ names no file",
                try: ["use --plugin-config @config.json"]
            )
        }
        return try PluginConfiguration(
            ReadableFile.contents(of: path, limit: PluginConfiguration.sizeLimit + 1)
        )
    }

    /// Returns the namespace; throws ``Failure/Code/usage`` for an invalid one.
    func parsedNamespace() throws(Failure) -> KubernetesName? {
        try namespace.map { name throws(Failure) in
            try KubernetesName(parsing: name, as: .namespace, of: "--namespace")
        }
    }

    /// Returns the consumer and its version; throws ``Failure/Code/usage`` for an invalid one.
    func parsedConsumer() throws(Failure) -> ConsumerVersion? {
        try consumer.map { text throws(Failure) in try ConsumerVersion(parsing: text) }
    }

    /// Throws ``Failure/Code/usage`` for a field that a pull Secret lacks.
    func failIfNotOfSecret() throws(Failure) {
        let given: [(DeploymentSetting, Bool)] = [
            (.selector, !selector.isEmpty), (.target, !target.isEmpty), (.phase, phase != nil),
            (.priority, priority != nil), (.failStrategy, failStrategy != nil),
            (.pluginConfig, pluginConfig != nil), (.env, !env.isEmpty), (.match, !match.isEmpty),
            (.type, type != nil), (.pullPolicy, pullPolicy != nil), (.pullSecret, pullSecret != nil),
            (.rootID, rootId != nil), (.module, module != nil),
        ]
        for (setting, _) in given.filter(\.1) { try setting.check(.pullSecret) }
        try parsedConsumer()?.check(for: .pullSecret)
    }
}
