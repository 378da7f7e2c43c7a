import Diagnostics
import OCI
import YAML

/// A pull Secret in the form of `kubectl get secret NAME -o json` or `-o yaml`.
struct KubernetesSecret: Decodable {
    private let kind: String
    private let type: String?
    private let data: [String: String]?
    private let stringData: [String: String]?

    private static let remedy = "wasmpack generate pull-secret REFERENCE --name wasm-secret"

    /// Whether a document is a Kubernetes object of any kind.
    static func isObject(_ bytes: [UInt8]) -> Bool {
        struct Object: Decodable { let kind: String }
        return (try? CredentialJSON.decode(Object.self, from: bytes, as: "object")) != nil
    }

    /// Whether a text looks like a Kubernetes object in YAML.
    static func isYAML(_ bytes: [UInt8]) -> Bool {
        let text = String(decoding: JSONEncodingFault.withoutMark(bytes).prefix(64 * 1024), as: UTF8.self)
        return text.split(whereSeparator: \.isNewline).contains { line in
            line.hasPrefix("apiVersion:") || line.hasPrefix("kind:")
        }
    }

    /// Returns the only pull Secret of a YAML text as JSON, or its first document if there is none.
    ///
    /// Throws ``Failure/Code/configurationInvalid``, which does not quote the text.
    static func json(ofYAML bytes: [UInt8], as what: String) throws(Failure) -> [UInt8] {
        func invalid(_ why: String) -> Failure {
            Failure(
                .configurationInvalid,
                "\(what) is not a pull Secret",
                why: why,
                try: ["kubectl get secret NAME -o yaml"]
            )
        }
        let documents: [Node]
        do throws(YAMLError) {
            documents = try YAMLReader.documents(in: bytes)
        } catch {
            throw invalid(
                "\(error.withoutQuotation), at line \(error.place.line), column \(error.place.column)"
            )
        }
        let secrets = documents.filter { document in
            document["kind"]?.string == "Secret"
                && document["type"]?.string?.hasPrefix("kubernetes.io/dockerc") == true
        }
        guard secrets.count <= 1 else {
            throw invalid("it has \(secrets.count) pull Secrets, but one is expected")
        }
        guard let document = secrets.first ?? documents.first(where: { !$0.isNull }) else {
            throw invalid("it has no document")
        }
        return Array(document.json.utf8)
    }

    /// Returns the type of a Secret, `Opaque` by default; `nil` for another document.
    static func type(of json: [UInt8]) -> String? {
        guard let secret = try? CredentialJSON.decode(Self.self, from: json, as: "Secret"),
            secret.kind == "Secret"
        else { return nil }
        return secret.type ?? "Opaque"
    }

    /// Returns the docker configuration of the Secret; throws ``Failure/Code/configurationInvalid``, which
    /// does not quote the Secret.
    static func configuration(in bytes: [UInt8], as what: String) throws(Failure) -> DockerConfigDocument {
        func invalid(_ why: String, try hint: String = "kubectl get secret NAME -o json") -> Failure {
            Failure(.configurationInvalid, "\(what) is not a pull Secret", why: why, try: [hint])
        }
        let secret = try CredentialJSON.decode(Self.self, from: bytes, as: what)
        guard secret.kind == "Secret" else {
            throw invalid("its kind is \(secret.kind.truncated(to: 80)), but Secret is expected")
        }
        let key: String
        switch secret.type {
        case PullSecretData.type: key = PullSecretData.key
        case PullSecretData.legacyType: key = PullSecretData.legacyKey
        case let type:
            throw invalid(
                "its type is \((type ?? "Opaque").truncated(to: 80)); kubernetes.io/dockerconfigjson or "
                    + "kubernetes.io/dockercfg is expected"
            )
        }
        let content: [UInt8]
        do throws(PullSecretData.Fault) {
            content = try PullSecretData.configuration(
                stringData: secret.stringData?[key],
                data: secret.data?[key]
            )
        } catch {
            switch error {
            case .missing: throw invalid("it has no \(key)")
            case .notBase64: throw invalid("its \(key) is not base64")
            case .plainInData:
                throw invalid(
                    "its \(key) in data is plain JSON, but data is base64",
                    try: "rename data to stringData"
                )
            case .encodedInStringData:
                throw invalid(
                    "its \(key) in stringData is base64, but stringData is plain text",
                    try: "rename stringData to data"
                )
            case .encodedTwice: throw invalid("its \(key) is encoded as base64 twice", try: remedy)
            }
        }
        let name = "\(key) of \(what)"
        do throws(Failure) {
            return key == PullSecretData.legacyKey
                ? try DockerConfigDocument(parsingLegacyForm: content, as: name)
                : try DockerConfigDocument(parsing: content, as: name)
        } catch {
            // The remedies for a file do not work, because the content is a part of one.
            throw error.with(try: [remedy])
        }
    }
}
