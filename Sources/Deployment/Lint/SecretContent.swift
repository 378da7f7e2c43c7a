import Diagnostics
import OCI
import YAML

/// The docker configuration in a pull Secret, as proxies read it.
struct SecretContent {
    /// The command that makes a pull Secret.
    fileprivate static let remedy = "wasmpack generate pull-secret REGISTRY --name NAME"

    /// Why a Secret has no usable content.
    struct Problem: Error {
        let rule: LintRule
        let place: Node.Place
        let message: String
        var hints: [String] = []
    }

    /// The configuration; contains secrets.
    let json: [UInt8]
    /// The keys of `auths` and their entries.
    let entries: [(key: String, entry: JSONValue)]
    /// The keys and their hosts.
    private let keys: Set<String>
    /// The member that names a helper; `nil` without one.
    let helper: String?
    /// Where the value is.
    let place: Node.Place

    /// Whether a Secret is a pull Secret, by its type or its key.
    static func isPullSecret(_ node: Node) -> Bool {
        let type = node["type"]?.string
        return type == PullSecretData.type || type == PullSecretData.legacyType
            || ["data", "stringData"].contains { node[$0]?[PullSecretData.key] != nil }
    }

    /// Reads a Secret; `stringData` wins over `data`, as in Kubernetes.
    init(_ node: Node) throws(Problem) {
        let plain = node["stringData"]?[PullSecretData.key]
        let encoded = node["data"]?[PullSecretData.key]
        place = (plain ?? encoded ?? node["data"] ?? node["type"])?.place ?? node.place
        if let plain, plain.string == nil {
            throw Problem(
                rule: .secretContent,
                place: place,
                message: "stringData\(PullSecretData.key) is not a string"
            )
        }
        let bytes: [UInt8]
        do throws(PullSecretData.Fault) {
            bytes = try PullSecretData.configuration(
                stringData: plain?.string,
                data: encoded.map { $0.string ?? "" }
            )
        } catch {
            throw Problem(error, at: place)
        }
        do throws(Failure) {
            let value = try CanonicalJSON.decode(
                JSONValue.self,
                from: bytes,
                as: "content of \(PullSecretData.key)",
                failing: .configurationInvalid,
                quoting: false
            )
            guard case .object(let root) = value else {
                throw Failure(.configurationInvalid, "it is not an object")
            }
            guard case .object(let auths)? = root["auths"] ?? .object([:]) else {
                throw Failure(.configurationInvalid, "its \"auths\" is not an object")
            }
            entries = auths.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
            keys = Set(auths.keys).union(auths.keys.map(Self.host(of:)))
            helper = ["credsStore", "credHelpers"].first { name in
                switch root[name] {
                case .string(let text)?: !text.isEmpty
                case .object(let members)?: !members.isEmpty
                default: false
                }
            }
            if entries.isEmpty, helper == nil {
                let isLegacy = root.values.contains { if case .object = $0 { true } else { false } }
                throw Failure(
                    .configurationInvalid,
                    isLegacy ? "it has no \"auths\" around its entries" : "it has no entry in \"auths\""
                )
            }
        } catch {
            throw Problem(
                rule: .secretContent,
                place: place,
                message:
                    "the content of \(PullSecretData.key) is not a docker configuration: \(error.why ?? error.message)",
                hints: [Self.remedy]
            )
        }
        json = bytes
    }

    /// The keys whose entry has no credentials, or an `auth` that is not base64 of `user:password`.
    var unusableKeys: [String] {
        entries.filter { _, entry in
            guard case .object(let members) = entry else { return true }
            func text(_ name: String) -> String? {
                if case .string(let text)? = members[name], !text.isEmpty { text } else { nil }
            }
            if text("registrytoken") != nil || text("identitytoken") != nil { return false }
            if let auth = text("auth") {
                return PullSecretData.decodeBase64(auth).flatMap { $0.firstIndex(of: UInt8(ascii: ":")) }.map
                { $0 == 0 }
                    ?? true
            }
            return text("username") == nil || text("password") == nil
        }.map(\.key)
    }

    /// Whether Istio finds an entry for a registry: by the same key, or by the host of a key that is a URL.
    func hasEntry(for registry: RegistryName) -> Bool {
        keys.contains(registry.isDockerHub ? "https://index.docker.io/v1/" : registry.description)
    }

    /// The hosts of the keys, without user names.
    var hosts: [String] {
        entries.map { Self.host(of: DockerConfigKey.withoutUser($0.key)).truncated(to: 80) }
            .withoutDuplicates
    }

    private static func host(of key: String) -> String { DockerConfigKey.host(of: key) }
}

extension SecretContent.Problem {
    fileprivate init(_ fault: PullSecretData.Fault, at place: Node.Place) {
        let key = PullSecretData.key
        let again = SecretContent.remedy
        let (rule, message, hint): (LintRule, String, String) =
            switch fault {
            case .missing: (.secretKey, "the Secret has no \(key) in data or stringData", again)
            case .notBase64: (.secretBase64, "the value of \(key) in data is not base64", again)
            case .plainInData:
                (
                    .secretBase64, "the value of \(key) in data is not base64, but plain JSON",
                    "rename data to stringData"
                )
            case .encodedInStringData:
                (
                    .secretBase64,
                    "the value of \(key) in stringData is base64, but stringData is plain text",
                    "rename stringData to data, or decode the value"
                )
            case .encodedTwice: (.secretContent, "the value of \(key) is encoded as base64 twice", again)
            }
        self.init(rule: rule, place: place, message: message, hints: [hint])
    }
}
