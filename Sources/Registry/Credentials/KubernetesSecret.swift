import Diagnostics

/// A pull Secret in the form of `kubectl get secret NAME -o json`.
struct KubernetesSecret: Decodable {
    private let kind: String
    private let type: String?
    private let data: [String: String]?
    private let stringData: [String: String]?

    /// Whether a document is a Kubernetes object of any kind.
    static func isObject(_ bytes: [UInt8]) -> Bool {
        struct Object: Decodable { let kind: String }
        return (try? CredentialJSON.decode(Object.self, from: bytes, as: "object")) != nil
    }

    /// Throws ``Failure/Code/configurationInvalid`` if a text looks like a Kubernetes object in YAML.
    static func rejectYAML(_ bytes: [UInt8], as name: String) throws(Failure) {
        let text = String(decoding: bytes.prefix(64 * 1024), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.contains(where: { $0.hasPrefix("apiVersion:") || $0.hasPrefix("kind:") }) else { return }
        throw Failure(
            .configurationInvalid,
            "\(name) is YAML, which is not supported",
            why: "a Secret must be JSON",
            try: ["kubectl get secret NAME -o json"]
        )
    }

    /// Returns the docker configuration of the Secret; throws ``Failure/Code/configurationInvalid``, which
    /// does not quote the Secret.
    static func configuration(in bytes: [UInt8], as what: String) throws(Failure) -> DockerConfigDocument {
        func invalid(_ why: String) -> Failure {
            Failure(
                .configurationInvalid,
                "\(what) is not a pull Secret",
                why: why,
                try: ["kubectl get secret NAME -o json"]
            )
        }
        let secret = try CredentialJSON.decode(Self.self, from: bytes, as: what)
        guard secret.kind == "Secret" else {
            throw invalid("its kind is \(secret.kind.truncated(to: 80)), but Secret is expected")
        }
        let key: String
        switch secret.type {
        case "kubernetes.io/dockerconfigjson": key = ".dockerconfigjson"
        case "kubernetes.io/dockercfg": key = ".dockercfg"
        case let type:
            throw invalid(
                "its type is \((type ?? "Opaque").truncated(to: 80)); kubernetes.io/dockerconfigjson or "
                    + "kubernetes.io/dockercfg is expected"
            )
        }
        let content: [UInt8]
        if let text = secret.stringData?[key] {
            content = Array(text.utf8)
        } else if let text = secret.data?[key] {
            guard let decoded = CredentialJSON.decodeBase64(text) else {
                throw invalid("its \(key) is not base64")
            }
            content = decoded
        } else {
            throw invalid("it has no \(key)")
        }
        let name = "\(key) of \(what)"
        return key == ".dockercfg"
            ? try DockerConfigDocument(parsingLegacyForm: content, as: name)
            : try DockerConfigDocument(parsing: content, as: name)
    }
}
