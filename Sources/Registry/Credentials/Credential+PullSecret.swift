import Diagnostics
package import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension Credential {
    /// Returns the credential as the value of `.dockerconfigjson` in a pull Secret.
    ///
    /// Has the same bytes as `kubectl create secret docker-registry` writes for a password: the members `username`,
    /// `password` and `auth`, compact, with Go's escapes. Contains the secret.
    ///
    /// - Parameters:
    ///   - registry: the registry.
    ///   - host: its host as in the image's URL; Docker Hub has another key.
    /// - Returns: the bytes of the JSON.
    package func pullSecretConfiguration(for registry: RegistryName, host: String) -> [UInt8] {
        var members: [(String, String)] = []
        if let username { members.append(("username", username)) }
        switch secret {
        case .password(let password):
            members += [("password", password), ("auth", base64(with: password))]
        case .identityToken(let token): members.append(("identitytoken", token))
        case .registryToken(let token): members.append(("registrytoken", token))
        }
        let entry = members.map { "\"\($0)\":\(Self.goQuoted($1))" }.joined(separator: ",")
        let key = registry.isDockerHub ? registry.credentialKey : host
        return Array("{\"auths\":{\(Self.goQuoted(key)):{\(entry)}}}".utf8)
    }

    /// Returns a JSON string with the escapes of Go's encoding/json.
    private static func goQuoted(_ text: String) -> String {
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            case "\u{8}": quoted += "\\b"
            case "\u{c}": quoted += "\\f"
            case "<", ">", "&", "\u{2028}", "\u{2029}": quoted += "\\u" + String(scalar.value, digits: 4)
            case _ where scalar.value < 0x20: quoted += "\\u" + String(scalar.value, digits: 4)
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }
}
