import Diagnostics
import OCI
import YAML

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The docker configuration in a pull Secret, as proxies read it.
struct SecretContent {
    static let type = "kubernetes.io/dockerconfigjson"
    static let legacyType = "kubernetes.io/dockercfg"
    static let key = ".dockerconfigjson"

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
        return type == Self.type || type == legacyType
            || ["data", "stringData"].contains { node[$0]?[key] != nil }
    }

    /// Reads a Secret; `stringData` wins over `data`, as in Kubernetes.
    init(_ node: Node) throws(Problem) {
        let bytes: [UInt8]
        if let value = node["stringData"]?[Self.key] {
            place = value.place
            guard let text = value.string else {
                throw Problem(
                    rule: .secretContent,
                    place: place,
                    message: "stringData\(Self.key) is not a string"
                )
            }
            bytes = Array(text.utf8)
            if let decoded = Self.decode(text), decoded.first == UInt8(ascii: "{") {
                throw Problem(
                    rule: .secretBase64,
                    place: place,
                    message: "the value of \(Self.key) in stringData is base64, but stringData is plain text",
                    hints: ["rename stringData to data, or decode the value"]
                )
            }
        } else if let value = node["data"]?[Self.key] {
            place = value.place
            let text = value.string ?? ""
            guard let decoded = Self.decode(text) else {
                let isPlain = text.utf8.first { $0 > 0x20 } == UInt8(ascii: "{")
                throw Problem(
                    rule: .secretBase64,
                    place: place,
                    message: "the value of \(Self.key) in data is not base64"
                        + (isPlain ? ", but plain JSON" : ""),
                    hints: [
                        isPlain ? "rename data to stringData" : "make it with wasmpack generate pull-secret"
                    ]
                )
            }
            bytes = decoded
        } else {
            place = node["data"]?.place ?? node["type"]?.place ?? node.place
            throw Problem(
                rule: .secretKey,
                place: place,
                message: "the Secret has no \(Self.key) in data or stringData",
                hints: ["wasmpack generate pull-secret REGISTRY --name NAME"]
            )
        }
        let place = place
        func invalid(_ message: String, try hint: String) -> Problem {
            Problem(rule: .secretContent, place: place, message: message, hints: [hint])
        }
        let again = "wasmpack generate pull-secret REGISTRY --name NAME"
        do throws(Failure) {
            let value = try CanonicalJSON.decode(
                JSONValue.self,
                from: bytes,
                as: "content of \(Self.key)",
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
            let isTwice = Self.decode(String(decoding: bytes, as: UTF8.self))?.first == UInt8(ascii: "{")
            throw invalid(
                isTwice
                    ? "the value of \(Self.key) is encoded as base64 twice"
                    : "the content of \(Self.key) is not a docker configuration: \(error.why ?? error.message)",
                try: again
            )
        }
        json = bytes
    }

    /// Decodes base64 with line ends; `nil` for other text and for no text.
    private static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
        guard !digits.isEmpty else { return nil }
        return Data(base64Encoded: Data(digits)).map { [UInt8]($0) }
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
                return Self.decode(auth).flatMap { $0.firstIndex(of: UInt8(ascii: ":")) }.map { $0 == 0 }
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
