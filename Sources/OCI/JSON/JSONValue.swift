package import Diagnostics

/// Any JSON value, including members that this program does not know.
///
/// Only for documents that are changed and must keep unknown members, such as a layout's `index.json`. Documents with a
/// digest are never encoded again.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    /// Creates a value from its encoding as JSON.
    package init(encoding value: some Encodable) throws(Failure) {
        self = try CanonicalJSON.decode(
            JSONValue.self,
            from: CanonicalJSON.encode(value),
            as: "document",
            failing: .internalError
        )
    }
}

extension JSONValue: Codable {
    /// Reads any value.
    package init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let bool = try? container.decode(Bool.self) {
            self = .bool(bool)
        } else if let integer = try? container.decode(Int64.self) {
            self = .integer(integer)
        } else if let number = try Self.number(in: container) {
            self = .number(number)
        } else if let string = try? container.decode(String.self) {
            self = .string(string)
        } else if let array = try Self.array(in: container) {
            self = .array(array)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Returns a number; `nil` for another value.
    ///
    /// Throws ``Failure`` for a number beyond the range of a 64-bit float.
    private static func number(in container: any SingleValueDecodingContainer) throws -> Double? {
        do {
            return try container.decode(Double.self)
        } catch DecodingError.typeMismatch {
            return nil
        } catch {
            throw Failure(
                .manifestInvalid,
                "a number is too large",
                why: "\(container.codingPath.location) exceeds a 64-bit float"
            )
        }
    }

    /// Returns an array; `nil` for another value.
    ///
    /// Throws the error of an element.
    private static func array(in container: any SingleValueDecodingContainer) throws -> [JSONValue]? {
        do { return try container.decode([JSONValue].self) } catch DecodingError.typeMismatch { return nil }
    }

    /// Writes the value.
    package func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let bool): try container.encode(bool)
        case .integer(let integer): try container.encode(integer)
        case .number(let number): try container.encode(number)
        case .string(let string): try container.encode(string)
        case .array(let array): try container.encode(array)
        case .object(let object): try container.encode(object)
        }
    }
}
