package import Diagnostics
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
    private let type: String?
    private let document: DockerConfigDocument

    /// Reads a Secret of Kubernetes, as JSON or YAML.
    ///
    /// Throws ``Failure/Code/configurationInvalid``, which does not quote it.
    package init(_ bytes: [UInt8], named name: String) throws(Failure) {
        self.name = name
        let json: [UInt8]
        if KubernetesSecret.isObject(bytes) {
            json = bytes
        } else if KubernetesSecret.isYAML(bytes) {
            json = try KubernetesSecret.json(ofYAML: bytes, as: name)
        } else {
            throw Failure(
                .configurationInvalid,
                "\(name) is not a pull Secret",
                why: "it is not a document of Kubernetes",
                try: ["kubectl get secret NAME -o yaml"]
            )
        }
        document = try KubernetesSecret.configuration(in: json, as: name)
        type = KubernetesSecret.type(of: json)
    }

    /// The largest Secret that is read, in bytes.
    package static var sizeLimit: Int { CredentialJSON.sizeLimit }

    /// Returns the step about the Secret itself; throws ``Failure/Code/checkFailed`` if no mesh reads it.
    func step() throws(Failure) -> ProbeStep {
        guard type == "kubernetes.io/dockerconfigjson" else {
            throw Failure(
                .checkFailed,
                "\(name) has the type \((type ?? "Opaque").truncated(to: 80))",
                why:
                    "Istio and Higress read only kubernetes.io/dockerconfigjson, with the key .dockerconfigjson",
                try: Self.remedy
            )
        }
        if document.credsStore?.isEmpty == false || document.credHelpers?.isEmpty == false {
            throw Failure(
                .checkFailed,
                "\(name) names a credential helper, which a proxy does not have",
                why:
                    "it is docker's config.json with credsStore or credHelpers, not the credentials themselves",
                try: Self.remedy
            )
        }
        let count = document.auths?.count ?? 0
        return ProbeStep(
            .secret,
            "kubernetes.io/dockerconfigjson with \(count) entr\(count == 1 ? "y" : "ies"); it must be in the namespace of the policy"
        )
    }

    private static let remedy = ["wasmpack generate pull-secret REFERENCE"]

    /// Returns the entry that Istio uses: by the exact name, else by the host of a key; Docker Hub has only an exact one.
    ///
    /// Throws ``Failure/Code/authenticationRequired`` if there is none, and ``Failure/Code/checkFailed`` for an entry that
    /// cannot be used.
    func choice(for registry: RegistryName, _ repository: RepositoryName?) throws(Failure) -> Choice {
        let auths = (document.auths ?? [:]).compactMapValues(\.self)
        let exact = registry.credentialKey
        let keys =
            auths[exact] != nil
            ? [exact] : registry.isDockerHub ? [] : auths.keys.filter { Self.host(of: $0) == exact }.sorted()
        guard let key = keys.first, let entry = auths[key] else {
            throw Failure(
                .authenticationRequired,
                "\(name) has no entry that Istio uses for \(registry)",
                why: auths.isEmpty
                    ? "it has no entries"
                    : "it has entries for \(auths.keys.sorted().joined(separator: ", ").truncated(to: 300))"
                        + (kubeletMatches(registry, repository)
                            ? ", one of which only the kubelet uses" : ""),
                try: Self.remedy
            )
        }
        let credential: Credential?
        do throws(DockerConfigDocument.Entry.InvalidAuth) {
            credential = try entry.credential(from: name)
        } catch {
            throw Failure(
                .checkFailed,
                "the entry \"\(key.truncated(to: 100))\" of \(name) cannot be used",
                why: "its \"auth\" is not base64 of user:password",
                try: Self.remedy
            )
        }
        guard let credential else {
            throw Failure(
                .checkFailed,
                "the entry \"\(key.truncated(to: 100))\" of \(name) has no credentials",
                why: "docker login with a credential helper leaves such entries",
                try: Self.remedy
            )
        }
        return Choice(key: key, credential: credential, isAmbiguous: keys.count > 1)
    }

    /// The host of a key, as docker's library reads it: without scheme and path.
    private static func host(of key: String) -> String {
        let scheme = ["https://", "http://"].first { key.hasPrefix($0) }
        return String(key.dropFirst(scheme?.count ?? 0).prefix { $0 != "/" })
    }

    private func kubeletMatches(_ registry: RegistryName, _ repository: RepositoryName?) -> Bool {
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
