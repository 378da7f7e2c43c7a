import OCI

/// A key of `auths` or `credHelpers`, which selects the repositories that a credential is for.
///
/// It is a host with an optional port, scheme and prefix of a repository name.
struct AuthKey {
    /// The matching rules for keys.
    enum Rules: Sendable {
        /// The rules of docker and podman. A URL matches its host; `host/team` matches the repositories below
        /// `team`.
        ///
        /// With HTTPS, a key with port 443 matches a registry without a port, and the reverse.
        case docker(usesTLS: Bool)
        /// The kubelet's rules for pull Secrets: parts of the host may be patterns, and a URL keeps its path.
        case kubernetes
    }

    /// The quality of a match; the smallest value is the best match.
    struct Match: Comparable {
        let isByDefaultPort: Bool
        let pathLength: Int
        let isPattern: Bool
        let isAlias: Bool
        let text: String

        static func < (left: Match, right: Match) -> Bool {
            func order(_ match: Match) -> (Int, Int, Int, Int) {
                (
                    match.isByDefaultPort ? 1 : 0, -match.pathLength, match.isPattern ? 1 : 0,
                    match.isAlias ? 1 : 0
                )
            }
            // The text breaks ties, because the order of a dictionary is random.
            return order(left) == order(right) ? left.text < right.text : order(left) < order(right)
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

    /// Matches the key against a repository; returns `nil` if it does not match.
    func match(_ registry: RegistryName, _ repository: RepositoryName) -> Match? {
        guard repository.description.split(separator: "/").starts(with: path) else { return nil }
        return match(host: registry)
    }

    /// Matches the key against a whole registry; returns `nil` for another registry and for a key with a
    /// path.
    ///
    /// A pattern never matches a whole registry.
    func match(_ registry: RegistryName) -> Match? {
        guard path.isEmpty, let match = match(host: registry), !match.isPattern else { return nil }
        return match
    }

    /// Whether the key is for a registry or for a part of it.
    func concerns(_ registry: RegistryName) -> Bool { match(host: registry) != nil }

    private func match(host registry: RegistryName) -> Match? {
        func match(isByDefaultPort: Bool = false, isPattern: Bool = false) -> Match {
            Match(
                isByDefaultPort: isByDefaultPort,
                pathLength: path.count,
                isPattern: isPattern,
                isAlias: hasScheme || host != registry.description,
                text: text
            )
        }
        if let named = try? RegistryName(parsing: host) {
            if named == registry { return match() }
            guard case .docker(usesTLS: true) = rules, named.withoutPort443 == registry.withoutPort443 else {
                return nil
            }
            return match(isByDefaultPort: true)
        }
        guard case .kubernetes = rules, HostPattern(host).matches(registry) else { return nil }
        return match(isPattern: true)
    }
}

extension RegistryName {
    /// The key under which docker stores credentials: the registry's name, or a legacy URL for Docker Hub.
    var credentialKey: String { isDockerHub ? "https://index.docker.io/v1/" : description }

    fileprivate var withoutPort443: String { port == 443 ? String(description.dropLast(4)) : description }
}
