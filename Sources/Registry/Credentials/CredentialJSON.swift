import Diagnostics
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// How documents with credentials are read, whether to use them or to change them.
enum CredentialJSON {
    /// The largest document that is read or written, in bytes.
    static let sizeLimit = 4 * 1024 * 1024

    /// Whether there is nothing in a document, which is an empty configuration, as for docker.
    static func isBlank(_ bytes: [UInt8]) -> Bool {
        bytes.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
    }

    /// Decodes a document; throws ``Failure/Code/configurationInvalid``, which shows nothing of it.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8],
        as name: String
    ) throws(Failure) -> Value {
        do throws(Failure) {
            return try CanonicalJSON.decode(
                type,
                from: bytes,
                as: name,
                failing: .configurationInvalid,
                quoting: false
            )
        } catch {
            throw invalid(name, error.why)
        }
    }

    /// Takes a document apart that is to be written again; throws as ``decode(_:from:as:)`` does.
    static func parse(_ bytes: [UInt8], as name: String) throws(Failure) -> OrderedJSON {
        do throws(Failure) {
            return try OrderedJSON(parsing: bytes, as: name, failing: .configurationInvalid)
        } catch {
            throw invalid(name, error.why)
        }
    }

    /// What is in a base64 text, which may be broken into lines and lack its padding; `nil` if it is none.
    static func decodeBase64(_ text: String) -> [UInt8]? {
        var digits = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
        digits += repeatElement(UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
        return Data(base64Encoded: Data(digits)).map { [UInt8]($0) }
    }

    private static func invalid(_ name: String, _ why: String?) -> Failure {
        Failure(
            .configurationInvalid,
            "\(name) is not the JSON it has to be",
            why: why,
            try: ["correct it, or move it away"]
        )
    }
}
