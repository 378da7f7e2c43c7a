import Diagnostics
import OCI

/// A docker `config.json` whose entries for one registry are changed; everything else is unchanged.
struct DockerConfigEdit {
    /// The members of an entry that contain a credential; other members are kept.
    private static let credentialMembers = ["auth", "username", "password", "identitytoken", "registrytoken"]

    /// The same rules as for reading: a registry with and without port 443 is the same registry.
    private static let rules = AuthKey.Rules.docker(usesTLS: true)

    /// The whole document.
    private(set) var root: OrderedJSON
    private let name: String

    /// Parses a document; as in docker, a blank document is an empty configuration.
    ///
    /// - Parameters:
    ///   - bytes: the document; `nil` if the file is missing.
    ///   - name: the name of the file in messages.
    /// - Throws: ``Failure/Code/configurationInvalid`` for another kind of document.
    init(parsing bytes: [UInt8]?, as name: String) throws(Failure) {
        self.name = name
        let bytes = bytes ?? []
        guard !CredentialJSON.isBlank(bytes) else {
            root = .object([])
            return
        }
        guard !KubernetesSecret.isYAML(bytes) else {
            root = .object([])
            throw invalid("it is a Kubernetes object in YAML, which is never written")
        }
        root = try CredentialJSON.parse(bytes, as: name)
        guard root.isObject else { throw invalid("it is not an object") }
        if root["kind"]?.string == "Secret" {
            throw invalid("it is a Kubernetes Secret, which is never written")
        }
        for member in ["auths", "credHelpers"] {
            guard let value = root[member], !value.isObject, !value.isNull else { continue }
            throw invalid("\"\(member)\" is not an object")
        }
    }

    /// Returns the helper that stores the credential of a registry, with the member that names it; `nil`
    /// without a helper.
    func helper(for registry: RegistryName) throws(Failure) -> (suffix: String, configuration: String)? {
        func suffix(_ value: OrderedJSON, _ member: String) throws(Failure) -> String {
            guard let suffix = value.string else {
                throw invalid("\"\(member)\" is not the name of a helper")
            }
            return suffix
        }
        var helpers: [(key: String, suffix: String)] = []
        for member in root["credHelpers"]?.members ?? [] {
            helpers.append((member.name, try suffix(member.value, "credHelpers")))
        }
        var store: String?
        if let value = root["credsStore"], !value.isNull { store = try suffix(value, "credsStore") }
        let choice = HelperChoice(for: registry, Self.rules, credHelpers: helpers, credsStore: store)
        return choice.map { ($0.suffix, "\(name) (\($0.field))") }
    }

    /// Returns the keys of the entries for a whole registry, in all of their forms.
    func keys(of registry: RegistryName) -> [String] {
        entries.map(\.name).filter { Self.names($0, registry) }
    }

    /// Returns the keys of the entries for only some of a registry's repositories, as podman writes them.
    func pathKeys(of registry: RegistryName) -> [String] {
        entries.map(\.name).filter { key in
            !Self.names(key, registry) && Self.names(String(key.prefix { $0 != "/" }), registry)
        }
    }

    private static func names(_ key: String, _ registry: RegistryName) -> Bool {
        AuthKey(key, rules: rules).match(registry) != nil
    }

    /// Sets the entry of a registry; removes entries with other forms of its key, which some programs would
    /// prefer.
    ///
    /// Members other than the credential are kept. Without a credential, the entry only says that a helper
    /// has it.
    mutating func set(_ credential: Credential?, for registry: RegistryName) throws(Failure) {
        let key = registry.credentialKey
        var all = OrderedJSON.object(entries)
        all.remove(keys(of: registry).filter { $0 != key })
        var entry = all[key] ?? .object([])
        entry.remove(Self.credentialMembers)
        for (member, text) in credential?.entry ?? [] { try entry.set(member, to: OrderedJSON(text)) }
        try all.set(key, to: entry)
        try root.set("auths", to: all)
    }

    /// Removes the entries of a whole registry.
    mutating func remove(_ registry: RegistryName) throws(Failure) {
        var all = OrderedJSON.object(entries)
        all.remove(keys(of: registry))
        try root.set("auths", to: all)
    }

    private var entries: [OrderedJSON.Member] { root["auths"]?.members ?? [] }

    private func invalid(_ why: String) -> Failure {
        Failure(
            .configurationInvalid,
            "\(name) cannot store credentials",
            why: why,
            try: ["correct or remove \(name)"]
        )
    }
}

extension Credential {
    /// The members of the credential's entry in a `config.json`.
    fileprivate var entry: [(name: String, text: String)] {
        func auth(_ password: String) -> [(name: String, text: String)] {
            username == nil ? [] : [("auth", base64(with: password))]
        }
        return switch secret {
        case .password(let password): auth(password)
        // Only the user name, as docker writes it.
        case .identityToken(let token): auth("") + [("identitytoken", token)]
        case .registryToken(let token): [("registrytoken", token)]
        }
    }
}
