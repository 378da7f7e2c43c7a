package import Diagnostics
import OCI

/// The configuration of a plugin: a text, which many plugins expect to be JSON.
package struct PluginConfiguration: Sendable, Equatable {
    /// The text as the user gave it, which Envoy passes to the plugin.
    package let text: String
    /// The file with the text as its name; `nil` if there is none.
    private let fileName: String?
    /// The value of the text; `nil` if it is not JSON, or has numbers that no document holds.
    private let json: JSONValue?
    /// Why the text is not JSON; `nil` if it is.
    private let violation: String?
    /// Numbers that some reader changes.
    private let numbers: [ConfigurationNumber]

    /// The limit of the text, in bytes: 1 MiB, which is also etcd's usual limit for a whole object.
    package static let sizeLimit = 1024 * 1024

    /// Reads a configuration.
    ///
    /// - Parameters:
    ///   - bytes: the text.
    ///   - fileExists: whether a file has this text as its name, which may be meant instead.
    /// - Throws: ``Failure/Code/usage`` for a text that is not UTF-8, contains a NUL or exceeds the limit.
    package init(_ bytes: [UInt8], fileExists: Bool = false) throws(Failure) {
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
        fileName = fileExists ? text : nil
        do throws(StrictJSON.Violation) {
            numbers = try ConfigurationNumber.all(in: bytes)
            violation = nil
        } catch {
            (numbers, violation, json) = ([], error.description, nil)
            return
        }
        json =
            numbers.contains { $0.loss == .outOfRange }
            ? nil
            : try CanonicalJSON.decode(JSONValue.self, from: bytes, as: "configuration", failing: .usage)
    }

    /// Returns the value as an object, which Istio and Higress need; throws ``Failure/Code/usage`` for anything else.
    func object(of kind: DocumentKind) throws(Failure) -> [String: JSONValue] {
        let value = try value()
        if case .object(let members) = value { return members }
        throw Failure(
            .usage,
            "--plugin-config is not a JSON object, but \(kind.title) needs one",
            why: value == nil ? violation : "it is JSON, but not an object",
            try: [
                fileName.map { "use --plugin-config @\($0) to read that file" }
                    ?? "use a JSON object: --plugin-config '{\"key\": \"value\"}'"
            ]
        )
    }

    /// Returns the value; `nil` for a text that is not meant as JSON.
    ///
    /// Throws ``Failure/Code/usage`` for broken JSON, and for a number that no field of a document holds.
    func value() throws(Failure) -> JSONValue? {
        try failIfBroken()
        guard let number = numbers.first(where: { $0.loss == .outOfRange }) else { return json }
        throw Failure(
            .usage,
            "--plugin-config has a number that cannot be kept: \(number.text)"
                + (number.path.isEmpty ? "" : " at \(number.path)"),
            why: "Kubernetes reads integers of 64 bits and floats of 64 bits only",
            try: ["write the number as a string, if the plugin accepts that"]
        )
    }

    /// Throws ``Failure/Code/usage`` for a text that starts like JSON and is not JSON.
    func failIfBroken() throws(Failure) {
        guard let violation, startsLikeJSON else { return }
        throw Failure(
            .usage,
            "--plugin-config is not valid JSON",
            why: violation,
            try: ["correct the JSON"]
        )
    }

    /// Whether the text starts with `{` or `[`, but not with a section of TOML.
    private var startsLikeJSON: Bool {
        let start = text.drop { $0 == " " || $0 == "\t" || $0.isNewline }
        return switch start.first {
        case "{": true
        case "[": !Self.isSection(start.prefix { !$0.isNewline })
        default: false
        }
    }

    /// Whether a line is a section of TOML, such as `[server.http] # comment` or `[[routes]]`.
    private static func isSection(_ line: Substring) -> Bool {
        let name = line.drop { $0 == "[" }.drop { $0 == " " }
        guard name.first?.isLetter == true else { return false }
        let rest = name.drop { $0.isLetter || $0.isNumber || "_.- \"'".contains($0) }
        let end = rest.drop { $0 == "]" }
        let after = end.drop { $0 == " " || $0 == "\t" }
        return rest.count > end.count && (after.isEmpty || after.first == "#")
    }

    /// Returns warnings for a consumer that passes any text.
    ///
    /// - Parameter text: what it makes of a text that is not JSON; `nil` if it passes the text unchanged.
    /// - Returns: the warnings.
    func textWarnings(_ text: String?) -> [String] {
        guard violation != nil else { return [] }
        let file = fileName.map {
            "--plugin-config is the text \"\($0.truncated(to: 60))\", and a file has this name; "
                + "@\($0.truncated(to: 60)) reads the file"
        }
        return [file, text].compactMap(\.self)
    }

    /// Returns warnings about numbers that the plugin would read as other numbers.
    ///
    /// - Parameters:
    ///   - field: the name of the field in the document.
    ///   - consumer: the consumer's name, if it makes a 64-bit float of each number; `nil` if it passes JSON unchanged, so
    ///     that only Kubernetes changes numbers.
    /// - Returns: at most five warnings.
    func precisionWarnings(of field: String, in consumer: String?) -> [String] {
        numbers.filter { consumer != nil || $0.loss == .digits }.prefix(5).map { number in
            let path = (field + number.path)
            let rest = "so the plugin may read another number; write it as a string"
            guard number.loss == .integer else {
                return "\(path) is \(number.text), which has more digits than a 64-bit float, \(rest)"
            }
            return
                "\(path) is \(number.text), beyond 2^53: \(consumer ?? "Kubernetes") passes numbers as 64-bit floats, \(rest)"
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
