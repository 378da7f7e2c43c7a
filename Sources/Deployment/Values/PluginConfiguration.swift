package import Diagnostics
package import OCI

/// The configuration of a plugin, as text and, if it is JSON, as a value.
package struct PluginConfiguration: Sendable, Equatable {
    /// The text as the user gave it, which Envoy passes to the plugin.
    package let text: String
    /// The value of the text; `nil` if it is not JSON.
    package let json: JSONValue?
    /// Why the text is not JSON; `nil` if it is.
    private let violation: String?

    /// The limit of the text, in bytes: 1 MiB, which is also etcd's usual limit for a whole object.
    package static let sizeLimit = 1024 * 1024

    /// Reads a configuration; throws ``Failure/Code/usage`` if it is not UTF-8, contains a NUL or exceeds the limit.
    package init(_ bytes: [UInt8]) throws(Failure) {
        guard bytes.count <= Self.sizeLimit else {
            throw Failure(
                .usage,
                "the plugin's configuration is too large: \(bytes.count) bytes",
                why: "at most \(Self.sizeLimit) bytes are accepted"
            )
        }
        guard let text = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw Failure(
                .usage,
                "the plugin's configuration is not text",
                why: "it must be UTF-8 without NUL bytes"
            )
        }
        self.text = text
        do throws(Failure) {
            json = try CanonicalJSON.decode(JSONValue.self, from: bytes, as: "configuration", failing: .usage)
            violation = nil
        } catch {
            json = nil
            violation = error.why
        }
    }

    /// Returns the value as an object, which Istio and Higress need; throws ``Failure/Code/usage`` for anything else.
    func object(of kind: DocumentKind) throws(Failure) -> [String: JSONValue] {
        if case .object(let members) = json { return members }
        throw Failure(
            .usage,
            "--plugin-config is not a JSON object, but \(kind.title) needs one",
            why: json == nil ? violation : "it is JSON, but not an object",
            try: ["--plugin-config '{\"key\": \"value\"}', if the plugin reads JSON"]
        )
    }

    /// Returns warnings about numbers that the plugin would read as other numbers.
    ///
    /// - Parameters:
    ///   - field: the name of the field in the document.
    ///   - consumer: the consumer's name, if it makes a 64-bit float of each number; `nil` if it passes JSON unchanged, so
    ///     that only numbers are lost that this program cannot hold.
    /// - Returns: at most five warnings.
    func precisionWarnings(of field: String, in consumer: String?) -> [String] {
        let numbers = json.map { Self.lossy($0, path: "", floatsOnly: consumer == nil) } ?? []
        let why =
            consumer.map { "\($0) passes numbers as 64-bit floats" } ?? "it does not fit into 64 bits"
        return numbers.prefix(5).map { path, number in
            "\(field)\(path) is \(number), beyond 2^53: \(why), so the plugin may read another number; "
                + "write it as a string"
        }
    }

    private static func lossy(_ value: JSONValue, path: String, floatsOnly: Bool) -> [(
        path: String, number: String
    )] {
        switch value {
        case .integer(let integer) where !floatsOnly && integer.magnitude > 1 << 53:
            [(path, "\(integer)")]
        case .number(let number) where number.magnitude > 0x1p53 && number.rounded() == number:
            [(path, "\(number)")]
        case .array(let values):
            values.enumerated().flatMap {
                lossy($0.element, path: "\(path)[\($0.offset)]", floatsOnly: floatsOnly)
            }
        case .object(let members):
            members.sorted { $0.key < $1.key }.flatMap {
                lossy($0.value, path: "\(path).\($0.key)", floatsOnly: floatsOnly)
            }
        default: []
        }
    }
}

/// An environment variable of the plugin's VM: `NAME=VALUE`, or `NAME` for the proxy's own value.
package struct PluginVariable: Sendable, Equatable {
    package let name: String
    /// The value; `nil` to take the value from the proxy's environment.
    package let value: String?

    /// Reads a variable; throws ``Failure/Code/usage`` beyond the limits of Istio's schema: 256 characters for the
    /// name, 2048 for the value.
    package init(parsing text: String) throws(Failure) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(
            String.init
        )
        guard let name = parts.first, (1...256).contains(name.unicodeScalars.count),
            !text.utf8.contains(0)
        else {
            throw Failure(
                .usage,
                "--env \"\(text.truncated(to: 80))\" is not valid",
                why: "it is NAME=VALUE or NAME; the name has 1 to 256 characters"
            )
        }
        let value = parts.count == 2 ? parts[1] : nil
        guard (value ?? "").unicodeScalars.count <= 2048 else {
            throw Failure(
                .usage,
                "the value of --env \(name.truncated(to: 80)) is too long",
                why: "Istio accepts at most 2048 characters"
            )
        }
        self.name = name
        self.value = value
    }
}
