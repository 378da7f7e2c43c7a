import Diagnostics

/// A pull Secret as `kubectl get secret NAME -o json` prints it.
struct KubernetesSecret: Decodable {
    private let kind: String
    private let type: String?
    private let data: [String: String]?
    private let stringData: [String: String]?

    /// Whether a document is one of Kubernetes' objects, of whatever kind.
    static func isObject(_ bytes: [UInt8]) -> Bool {
        struct Object: Decodable { let kind: String }
        return (try? CredentialJSON.decode(Object.self, from: bytes, as: "object")) != nil
    }

    /// Throws ``Failure/Code/configurationInvalid`` if a text looks like YAML, which is not read.
    static func refuseYAML(_ bytes: [UInt8], as name: String) throws(Failure) {
        let text = String(decoding: bytes.prefix(64 * 1024), as: UTF8.self)
        let lines = text.split(whereSeparator: \.isNewline)
        guard lines.contains(where: { $0.hasPrefix("apiVersion:") || $0.hasPrefix("kind:") }) else { return }
        throw Failure(
            .configurationInvalid,
            "\(name) is YAML, which is not read",
            why: "a Secret is taken as JSON",
            try: ["kubectl get secret NAME -o json"]
        )
    }

    /// The docker configuration in the Secret; throws ``Failure/Code/configurationInvalid``, which shows nothing of it.
    static func configuration(in bytes: [UInt8], as what: String) throws(Failure) -> DockerConfigDocument {
        func refused(_ why: String) -> Failure {
            Failure(
                .configurationInvalid,
                "\(what) is no pull Secret",
                why: why,
                try: ["kubectl get secret NAME -o json"]
            )
        }
        let secret = try CredentialJSON.decode(Self.self, from: bytes, as: what)
        guard secret.kind == "Secret" else {
            throw refused("it is a \(secret.kind.truncated(to: 80)), and one Secret is expected")
        }
        let key: String
        switch secret.type {
        case "kubernetes.io/dockerconfigjson": key = ".dockerconfigjson"
        case "kubernetes.io/dockercfg": key = ".dockercfg"
        case let type:
            throw refused(
                "its type is \((type ?? "Opaque").truncated(to: 80)); kubernetes.io/dockerconfigjson or "
                    + "kubernetes.io/dockercfg is expected"
            )
        }
        let content: [UInt8]
        if let text = secret.stringData?[key] {
            content = Array(text.utf8)
        } else if let text = secret.data?[key] {
            guard let decoded = CredentialJSON.decodeBase64(text) else {
                throw refused("its \(key) is not base64")
            }
            content = decoded
        } else {
            throw refused("it has no \(key)")
        }
        let name = "\(key) of \(what)"
        return key == ".dockercfg"
            ? try DockerConfigDocument(parsingOldForm: content, as: name)
            : try DockerConfigDocument(parsing: content, as: name)
    }
}
