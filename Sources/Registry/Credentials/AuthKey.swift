import OCI

/// A key of `auths` or `credHelpers`: whose credential stands behind it.
///
/// It is a host with its port, maybe with a scheme in front or with the beginning of a repository's name behind it.
struct AuthKey {
    /// Whose rules a key follows.
    enum Rules: Sendable {
        /// Those of docker and podman. A URL means its host; `host/team` means the repositories below.
        ///
        /// The port 443 may be left out, or be too much, if the registry is dialled by HTTPS.
        case docker(usesTLS: Bool)
        /// Those of the kubelet for pull Secrets: the host's parts may be patterns, and a URL keeps its path.
        case kubernetes
    }

    /// How well a key fits; the least is the best.
    struct Fit: Comparable {
        let isByDefaultPort: Bool
        let pathLength: Int
        let isPattern: Bool
        let isAlias: Bool
        let text: String

        static func < (one: Fit, other: Fit) -> Bool {
            func order(_ fit: Fit) -> (Int, Int, Int, Int) {
                (fit.isByDefaultPort ? 1 : 0, -fit.pathLength, fit.isPattern ? 1 : 0, fit.isAlias ? 1 : 0)
            }
            // The text last: a dictionary has no order of its own.
            return order(one) == order(other) ? one.text < other.text : order(one) < order(other)
        }
    }

    private let text: String
    private let host: Substring
    private let path: [Substring]
    private let hasScheme: Bool
    private let rules: Rules

    init(_ text: String, rules: Rules) {
        self.text = text
        self.rules = rules
        var rest = text[...]
        let scheme = ["https://", "http://"].first { rest.lowercased().hasPrefix($0) }
        hasScheme = scheme != nil
        rest = rest.dropFirst(scheme?.count ?? 0)
        host = rest.prefix { $0 != "/" }
        let parts = rest.dropFirst(host.count).split(separator: "/")
        let isVersioned = parts.first == "v1" || parts.first == "v2"
        path =
            switch rules {
            case .docker: hasScheme || (isVersioned && parts.count == 1) ? [] : parts
            case .kubernetes: isVersioned ? Array(parts.dropFirst()) : parts
            }
    }

    /// How well it fits a repository; `nil` when it means another one.
    func fit(_ registry: RegistryName, _ repository: RepositoryName) -> Fit? {
        guard repository.description.split(separator: "/").starts(with: path) else { return nil }
        return fit(host: registry)
    }

    /// How well it fits a registry as a whole; `nil` when it means another one, or a part of it.
    ///
    /// A pattern names no registry.
    func fit(_ registry: RegistryName) -> Fit? {
        guard path.isEmpty, let fit = fit(host: registry), !fit.isPattern else { return nil }
        return fit
    }

    private func fit(host registry: RegistryName) -> Fit? {
        func fit(isByDefaultPort: Bool = false, isPattern: Bool = false) -> Fit {
            Fit(
                isByDefaultPort: isByDefaultPort,
                pathLength: path.count,
                isPattern: isPattern,
                isAlias: hasScheme || host != registry.description,
                text: text
            )
        }
        if let named = try? RegistryName(parsing: host) {
            if named == registry { return fit() }
            guard case .docker(usesTLS: true) = rules, named.withoutPort443 == registry.withoutPort443 else {
                return nil
            }
            return fit(isByDefaultPort: true)
        }
        guard case .kubernetes = rules, HostPattern(host).matches(registry) else { return nil }
        return fit(isPattern: true)
    }
}

extension RegistryName {
    /// What docker calls a registry where it keeps credentials: the name, but for Docker Hub a URL of old.
    var credentialKey: String { isDockerHub ? "https://index.docker.io/v1/" : description }

    fileprivate var withoutPort443: String { port == 443 ? String(description.dropLast(4)) : description }
}
