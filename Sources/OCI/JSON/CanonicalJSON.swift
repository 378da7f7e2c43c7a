package import Diagnostics

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The only encoder and decoder of JSON documents.
///
/// What is written is compact, with sorted keys and plain slashes, so that the same value always has the same bytes.
/// What is read is first checked by ``StrictJSON``.
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

    /// Decodes a document that came from outside.
    ///
    /// - Parameters:
    ///   - type: what to read.
    ///   - bytes: the whole document.
    ///   - what: what the document is called in messages, for example `index.json`.
    ///   - code: the code of the failure thrown when it is not such a document.
    ///   - quoting: whether the failure may quote the document; not one that holds secrets.
    /// - Returns: the document.
    /// - Throws: a failure with that code, which says what is wrong and where.
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
            throw Failure(
                code,
                "the \(what) is not the JSON it has to be",
                why: quoting ? error.description : "it goes wrong at byte \(error.offset)"
            )
        }
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

extension DecodingError {
    /// What is wrong and where, in words of the document and not of a decoder.
    fileprivate var explanation: String {
        func place(_ path: [any CodingKey]) -> String {
            let text = path.map { $0.intValue.map { "[\($0)]" } ?? ".\($0.stringValue)" }.joined()
            return text.isEmpty ? "the document" : "\"\(String(text.drop { $0 == "." }).truncated(to: 160))\""
        }
        switch self {
        case .keyNotFound(let key, let context):
            return "\(place(context.codingPath)) has no \"\(key.stringValue)\""
        case .typeMismatch(_, let context):
            return "\(place(context.codingPath)) has another type than expected"
        case .valueNotFound(_, let context):
            return "\(place(context.codingPath)) is null"
        case .dataCorrupted(let context) where context.codingPath.isEmpty:
            // The text is JSON, as was checked before: what is left is a number that fits no integer.
            return "a number in it is too large, or not whole"
        case .dataCorrupted(let context):
            return "\(place(context.codingPath)) cannot be read"
        @unknown default:
            return "it cannot be read"
        }
    }
}
