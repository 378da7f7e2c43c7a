import Diagnostics
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// Functions that read documents with credentials.
enum CredentialJSON {
    /// The largest document that is read or written, in bytes: 4 MiB.
    static let sizeLimit = 4 * 1024 * 1024

    /// Whether a document is blank; as in docker, a blank document is an empty configuration.
    static func isBlank(_ bytes: [UInt8]) -> Bool {
        JSONEncodingFault.withoutMark(bytes).allSatisfy {
            $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D
        }
    }

    /// Decodes a document, which may begin with a byte order mark.
    ///
    /// Throws ``Failure/Code/configurationInvalid``, which does not quote the document.
    static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8],
        as name: String
    ) throws(Failure) -> Value {
        do throws(Failure) {
            return try CanonicalJSON.decode(
                type,
                from: JSONEncodingFault.withoutMark(bytes),
                as: name,
                failing: .configurationInvalid,
                quoting: false
            )
        } catch {
            throw invalid(name, error.why, bytes)
        }
    }

    /// Parses a document that will be changed and written; throws like ``decode(_:from:as:)``.
    static func parse(_ bytes: [UInt8], as name: String) throws(Failure) -> OrderedJSON {
        do throws(Failure) {
            return try OrderedJSON(
                parsing: JSONEncodingFault.withoutMark(bytes),
                as: name,
                failing: .configurationInvalid
            )
        } catch {
            throw invalid(name, error.why, bytes)
        }
    }

    /// Decodes base64 text, which may have line breaks and may lack padding; returns `nil` for other text.
    static func decodeBase64(_ text: String) -> [UInt8]? {
        var digits = text.utf8.filter { $0 != 0x0A && $0 != 0x0D }
        digits += repeatElement(UInt8(ascii: "="), count: (4 - digits.count % 4) % 4)
        return Data(base64Encoded: Data(digits)).map { [UInt8]($0) }
    }

    private static func invalid(_ name: String, _ why: String?, _ bytes: [UInt8]) -> Failure {
        Failure(
            .configurationInvalid,
            "\(name) is not a valid JSON document",
            why: why,
            try: [repair(name, bytes) ?? "correct or remove \(name)"]
        )
    }

    /// Returns a command that repairs a file or a variable in another encoding.
    private static func repair(_ name: String, _ bytes: [UInt8]) -> String? {
        guard let fault = JSONEncodingFault(of: bytes) else { return nil }
        if name.hasPrefix("$"), !name.contains("/") {
            return fault.repair().map { "export \(name.dropFirst())=\"$(printf %s \"\(name)\" | \($0))\"" }
        }
        return fault.repair(name).map { "(umask 077; \($0) >\(name).new) && mv \(name).new \(name)" }
    }
}
