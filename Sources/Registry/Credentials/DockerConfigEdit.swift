import Diagnostics
import OCI

/// A docker `config.json` in which what it says of one registry is changed; all else stays as it stands there.
struct DockerConfigEdit {
    /// The members of an entry that say who someone is; others are not ours to remove.
    private static let credentialMembers = ["auth", "username", "password", "identitytoken", "registrytoken"]

    /// With and without the port of HTTPS is one registry: reading takes the one for the other.
    private static let rules = AuthKey.Rules.docker(usesTLS: true)

    /// The whole document.
    private(set) var root: OrderedJSON
    private let name: String

    /// Reads a document; an empty or blank one is an empty configuration, as for docker.
    ///
    /// - Parameters:
    ///   - bytes: the document; `nil` when there is none yet.
    ///   - name: what the file is called in messages.
    /// - Throws: ``Failure/Code/configurationInvalid`` when it is not such a document.
    init(parsing bytes: [UInt8]?, as name: String) throws(Failure) {
        self.name = name
        let bytes = bytes ?? []
        guard !CredentialJSON.isBlank(bytes) else {
            root = .object([])
            return
        }
        try KubernetesSecret.refuseYAML(bytes, as: name)
        root = try CredentialJSON.parse(bytes, as: name)
        guard root.isObject else { throw invalid("it is not an object") }
        if root["kind"]?.string == "Secret" {
            throw invalid("it is a Kubernetes Secret, which is read and not written")
        }
        for member in ["auths", "credHelpers"] {
            guard let value = root[member], !value.isObject, !value.isNull else { continue }
            throw invalid("\"\(member)\" is not an object")
        }
    }

    /// The helper that keeps the credential of a registry, if one does, and who names it, for people.
    func helper(for registry: RegistryName) throws(Failure) -> (suffix: String, place: String)? {
        func suffix(_ value: OrderedJSON, _ member: String) throws(Failure) -> String {
            guard let suffix = value.string else { throw invalid("\"\(member)\" names no helper") }
            return suffix
        }
        var own: [(key: String, suffix: String)] = []
        for member in root["credHelpers"]?.members ?? [] {
            own.append((member.name, try suffix(member.value, "credHelpers")))
        }
        var store: String?
        if let value = root["credsStore"], !value.isNull { store = try suffix(value, "credsStore") }
        let choice = HelperChoice(for: registry, Self.rules, credHelpers: own, credsStore: store)
        return choice.map { ($0.suffix, "\(name) (\($0.field))") }
    }

    /// The keys of the entries for a whole registry, in any spelling.
    func keys(of registry: RegistryName) -> [String] {
        entries.map(\.name).filter { Self.names($0, registry) }
    }

    /// The keys of the entries for some of a registry's repositories, as podman writes them.
    func pathKeys(of registry: RegistryName) -> [String] {
        entries.map(\.name).filter { key in
            !Self.names(key, registry) && Self.names(String(key.prefix { $0 != "/" }), registry)
        }
    }

    private static func names(_ key: String, _ registry: RegistryName) -> Bool {
        AuthKey(key, rules: rules).fit(registry) != nil
    }

    /// Writes the one entry of a registry; other spellings of its name go, as they would win for some programs.
    ///
    /// What the entry says besides the credential stays. Without a credential it is the empty one that says that a
    /// helper has it.
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
            "\(name) cannot hold credentials",
            why: why,
            try: ["correct it, or move it away"]
        )
    }
}

extension Credential {
    /// The members of its entry in a `config.json`.
    fileprivate var entry: [(name: String, text: String)] {
        func auth(_ password: String) -> [(name: String, text: String)] {
            username == nil ? [] : [("auth", base64(with: password))]
        }
        return switch secret {
        case .password(let password): auth(password)
        // The user name alone, as docker writes it.
        case .identityToken(let token): auth("") + [("identitytoken", token)]
        case .registryToken(let token): [("registrytoken", token)]
        }
    }
}
