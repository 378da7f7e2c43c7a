package import Diagnostics

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The only encoder and decoder of JSON documents.
///
/// Writes compact JSON with sorted keys and unescaped slashes, so that equal values have equal bytes. Reads only text
/// that passes ``StrictJSON``.
package enum CanonicalJSON {
    /// Encodes a value; throws ``Failure/Code/internalError`` if the value cannot be JSON (a NaN, for example).
    package static func encode(_ value: some Encodable) throws(Failure) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            return [UInt8](try encoder.encode(value))
        } catch {
            throw Failure(.internalError, "a document cannot be written as JSON", cause: error)
        }
    }

    /// Decodes an untrusted document.
    ///
    /// - Parameters:
    ///   - type: the type to decode.
    ///   - bytes: the whole document.
    ///   - what: the name of the document in messages, for example `index.json`.
    ///   - code: the code of the failure for an invalid document.
    ///   - quoting: whether the failure may quote the document; `false` for documents with secrets.
    /// - Returns: the document.
    /// - Throws: a failure with that code, which names the violation and its position, and ``Failure/Code/interrupted``.
    package static func decode<Value: Decodable>(
        _ type: Value.Type,
        from bytes: [UInt8],
        as what: String,
        failing code: Failure.Code,
        quoting: Bool = true
    ) throws(Failure) -> Value {
        do throws(StrictJSON.Violation) {
            try StrictJSON.check(bytes)
        } catch {
            try checkCancellation()
            throw Failure(
                code,
                "the \(what) is not valid JSON",
                why: JSONEncodingFault(of: bytes)?.description
                    ?? (quoting ? error.description : error.withoutQuotation)
            )
        }
        // The decoder cannot be interrupted; the scanner has bounded what it reads.
        try checkCancellation()
        do {
            return try JSONDecoder().decode(type, from: Data(bytes))
        } catch let failure as Failure {
            throw Failure(
                code,
                "the \(what) is not valid",
                why: failure.message + (failure.why.map { ": \($0)" } ?? "")
            )
        } catch let error as DecodingError {
            throw Failure(code, "the \(what) is not valid", why: error.explanation)
        } catch {
            throw Failure(code, "the \(what) is not valid", cause: error)
        }
    }
}

extension [any CodingKey] {
    /// The position in quotes, such as `"a.b[0]"`; a key of credentials is without its user and password.
    var location: String {
        let text = map {
            $0.intValue.map { "[\($0)]" } ?? ".\(DockerConfigKey.withoutUser($0.stringValue))"
        }
        .joined()
        return text.isEmpty ? "the document" : "\"\(String(text.drop { $0 == "." }).truncated(to: 160))\""
    }
}

extension DecodingError {
    /// The violation and its position, in terms of the document, not of the decoder.
    fileprivate var explanation: String {
        switch self {
        case .keyNotFound(let key, let context):
            return "\(context.codingPath.location) has no \"\(key.stringValue)\""
        case .typeMismatch(_, let context):
            return "\(context.codingPath.location) has the wrong type"
        case .valueNotFound(_, let context):
            return "\(context.codingPath.location) is null"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            // The text is valid JSON, so only a number that does not fit an integer leads here.
            return "a number is too large or not an integer"
        case .dataCorrupted(let context):
            return "\(context.codingPath.location) cannot be read"
        @unknown default:
            return "it cannot be read"
        }
    }
}
