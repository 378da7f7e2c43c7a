import Diagnostics
import HTTPTransport
import OCI

/// A pull Secret, judged as Istio and the others would judge it when they pull a plugin.
package struct ClusterSecret: Sendable {
    /// The entry that Istio chooses for a registry.
    struct Choice {
        let key: String
        let credential: Credential
        /// Whether other keys match equally well.
        let isAmbiguous: Bool
    }

    /// The name of the Secret's file in messages.
    let name: String
    /// The type; `nil` for a document that is not a Secret.
    private let type: String?
    /// The docker configuration, or why it cannot be read.
    private let content: Result<DockerConfigDocument, Failure>

    /// Reads a Secret of Kubernetes, as JSON or YAML; ``step()`` reports a document that is not one.
    package init(_ bytes: [UInt8], named name: String) {
        self.name = name
        do throws(Failure) {
            let json = try Self.json(of: bytes, name)
            type = KubernetesSecret.type(of: json)
            content = Result { () throws(Failure) in
                try KubernetesSecret.configuration(in: json, as: name)
            }
        } catch {
            type = nil
            content = .failure(error)
        }
    }

    private static func json(of bytes: [UInt8], _ name: String) throws(Failure) -> [UInt8] {
        if KubernetesSecret.isObject(bytes) { return bytes }
        if KubernetesSecret.isYAML(bytes) { return try KubernetesSecret.json(ofYAML: bytes, as: name) }
        throw Failure(
            .configurationInvalid,
            "\(name) is not a pull Secret",
            why: "it is not a document of Kubernetes",
            try: ["kubectl get secret NAME -o yaml"]
        )
    }

    /// The largest Secret that is read, in bytes.
    package static var sizeLimit: Int { CredentialJSON.sizeLimit }

    /// Returns the step about the Secret itself.
    ///
    /// Throws ``Failure/Code/configurationInvalid``, which does not quote it, if no mesh can use it.
    func step() throws(Failure) -> ProbeStep {
        if let type, type != PullSecretData.type {
            throw Failure(
                .configurationInvalid,
                "\(name) has the type \(type.truncated(to: 80))",
                why:
                    "Istio and Higress read only kubernetes.io/dockerconfigjson, with the key .dockerconfigjson",
                try: Self.remedy
            )
        }
        let document = try content.get()
        if document.credsStore?.isEmpty == false || document.credHelpers?.isEmpty == false {
            throw Failure(
                .configurationInvalid,
                "\(name) names a credential helper, which a proxy does not have",
                why:
                    "it is docker's config.json with credsStore or credHelpers, not the credentials themselves",
                try: Self.remedy
            )
        }
        let count = document.auths?.count ?? 0
        return ProbeStep(
            .secret,
            "kubernetes.io/dockerconfigjson with \(count) entr\(count == 1 ? "y" : "ies"); it must be in the namespace of the object that names it"
        )
    }

    private static let remedy = ["wasmpack generate pull-secret REFERENCE --name wasm-secret"]

    /// Returns the entry that Istio uses: by the exact name, else by the host of a key; Docker Hub has only an exact one.
    ///
    /// Throws ``Failure/Code/authenticationRequired`` if there is none, and ``Failure/Code/configurationInvalid`` for an entry
    /// or other content that cannot be used.
    func choice(for registry: RegistryName, _ repository: RepositoryName?) throws(Failure) -> Choice {
        let document = try content.get()
        let auths = (document.auths ?? [:]).compactMapValues(\.self)
        let exact = registry.credentialKey
        let byHost = auths.keys.filter { DockerConfigKey.host(of: $0) == exact }.sorted()
        let keys = auths[exact] != nil ? [exact] : registry.isDockerHub ? [] : byHost
        guard let key = keys.first, let entry = auths[key] else {
            let shown = auths.keys.map(DockerConfigKey.withoutUser).sorted().joined(separator: ", ")
            throw Failure(
                .authenticationRequired,
                "\(name) has no entry that Istio uses for \(registry)",
                why: auths.isEmpty
                    ? "it has no entries"
                    : "it has entries for \(shown.truncated(to: 300))"
                        + (kubeletMatches(document, registry, repository)
                            ? ", one of which only the kubelet uses" : ""),
                try: Self.remedy
            )
        }
        let shown = DockerConfigKey.withoutUser(key).truncated(to: 100)
        let credential: Credential?
        do throws(DockerConfigDocument.Entry.InvalidAuth) {
            credential = try entry.credential(from: name)
        } catch {
            throw Failure(
                .configurationInvalid,
                "the entry \"\(shown)\" of \(name) cannot be used",
                why: "its \"auth\" is not base64 of user:password",
                try: Self.remedy
            )
        }
        guard let credential else {
            throw Failure(
                .configurationInvalid,
                "the entry \"\(shown)\" of \(name) has no credentials",
                why: "docker login with a credential helper leaves such entries",
                try: Self.remedy
            )
        }
        return Choice(key: key, credential: credential, isAmbiguous: keys.count > 1)
    }

    private func kubeletMatches(
        _ document: DockerConfigDocument,
        _ registry: RegistryName,
        _ repository: RepositoryName?
    ) -> Bool {
        guard let repository else { return false }
        return !document.entries(for: registry, repository, .kubernetes).isEmpty
    }

    /// Returns the message with which Istio 1.30 and newer reject the realm of a challenge; `nil` if they accept it.
    ///
    /// Istio checks the realm of any challenge, also of Basic, where it is only a name.
    static func realmViolation(_ challenge: AuthChallenge, _ url: HTTPURL) -> String? {
        let realm = challenge.parameters["realm"] ?? ""
        let scheme = realm.firstRange(of: "://").map { realm[..<$0.lowerBound].lowercased() } ?? ""
        guard ["http", "https"].contains(scheme), let target = try? HTTPURL(parsing: realm) else {
            return "realm scheme \"\(scheme.truncated(to: 20))\" not allowed"
        }
        if target.host == "localhost" || target.host == "metadata.google.internal" {
            return "rejected unsafe bearer realm"
        }
        guard IPAddress(target.host) != nil, IPAddress.privacy(ofHost: target.host) == .private else {
            return nil
        }
        return "rejected unsafe bearer realm: realm targets private/loopback/link-local IP"
    }
}
