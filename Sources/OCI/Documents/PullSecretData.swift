#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The value of a pull Secret of Kubernetes: a docker configuration, in `data` as base64 or in `stringData` as text.
package enum PullSecretData {
    package static let type = "kubernetes.io/dockerconfigjson"
    /// The type of the format before `auths`, which proxies do not read.
    package static let legacyType = "kubernetes.io/dockercfg"
    package static let key = ".dockerconfigjson"
    package static let legacyKey = ".dockercfg"

    /// Why a Secret has no usable value.
    package enum Fault: Error, Sendable {
        /// Neither `data` nor `stringData` has the key.
        case missing
        /// The value in `data` is not base64.
        case notBase64
        /// The value in `data` is JSON as plain text.
        case plainInData
        /// The value in `stringData` is base64 of JSON.
        case encodedInStringData
        case encodedTwice
    }

    /// Returns the configuration of the two values of a key; `stringData` wins over `data`, as in Kubernetes.
    package static func configuration(stringData: String?, data: String?) throws(Fault) -> [UInt8] {
        if let stringData {
            guard !isJSON(decodeBase64(stringData)) else { throw .encodedInStringData }
            return Array(stringData.utf8)
        }
        guard let data else { throw .missing }
        guard let decoded = decodeBase64(data) else {
            throw isJSON(Array(data.utf8)) ? .plainInData : .notBase64
        }
        guard !isJSON(decodeBase64(String(decoding: decoded, as: UTF8.self))) else { throw .encodedTwice }
        return decoded
    }

    /// Decodes base64 as an API server does, with line ends and complete padding; `nil` for other text and for no text.
    package static func decodeBase64(_ text: String) -> [UInt8]? {
        let digits = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
        guard !digits.isEmpty else { return nil }
        return Data(base64Encoded: Data(digits)).map { [UInt8]($0) }
    }

    private static func isJSON(_ bytes: [UInt8]?) -> Bool {
        bytes?.first { $0 > 0x20 } == UInt8(ascii: "{")
    }
}
