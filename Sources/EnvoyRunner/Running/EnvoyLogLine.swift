import Diagnostics
import OCI

/// A line of Envoy's log, in the format of ``RunningEnvoy``.
package struct EnvoyLogLine: Sendable, Equatable {
    /// The format of `--log-format`: level, logger, and the message with JSON's escapes, so that one message is one line.
    static let format = "%l %n %j"

    /// The name of the level as SDKs write it: `trace`, `debug`, `info`, `warn`, `error` or `critical`.
    package let level: String
    /// The plugin that logged it, by the name of its listener; `nil` for a message of Envoy.
    package let plugin: String?
    /// The message, without Envoy's prefix.
    package let message: String
    /// The logger of Envoy.
    let logger: String

    /// Creates a line.
    package init(level: String, plugin: String?, message: String, logger: String = "wasm") {
        self.level = level
        self.plugin = plugin
        self.message = message
        self.logger = logger
    }

    /// Reads a line; `nil` for a line that is not in the format, such as a text that the dynamic linker wrote.
    init?(_ bytes: ArraySlice<UInt8>, plugins: Set<String>) {
        let line = String(decoding: bytes, as: UTF8.self)
        let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let level = Self.levels[String(parts[0])] else { return nil }
        self.level = level
        logger = String(parts[1])
        let text = Self.unescaped(parts[2])
        let (plugin, message) = Self.parts(of: text, plugins)
        (self.plugin, self.message) = logger == "wasm" ? (plugin, message) : (nil, text)
    }

    /// The levels, by Envoy's names.
    private static let levels = [
        "trace": "trace", "debug": "debug", "info": "info", "warning": "warn", "error": "error",
        "critical": "critical",
    ]
    private static let prefix = "wasm log "

    /// Splits a message of a plugin from `wasm log NAME ROOT_ID VM_ID: `; the name and the VM ID are the same here.
    ///
    /// The prefix comes first, so a plugin cannot imitate another one.
    private static func parts(of text: String, _ plugins: Set<String>) -> (plugin: String?, message: String) {
        guard text.hasPrefix(prefix) else { return (nil, text) }
        var rest = Substring(text.dropFirst(prefix.count))
        // A root ID may contain any text; the identifier is the last word before the first matching colon.
        var word = ""
        while let character = rest.first {
            rest = rest.dropFirst()
            if character == ":", plugins.contains(word) {
                return (word, String(rest.hasPrefix(" ") ? rest.dropFirst() : rest))
            }
            if character == " " { word = "" } else { word.append(character) }
        }
        return (nil, text)
    }

    /// Resolves JSON's escapes; Envoy's `%j` writes no quotation marks around the text.
    private static func unescaped(_ text: Substring) -> String {
        guard text.utf8.contains(UInt8(ascii: "\\")) else { return String(text) }
        let literal = Array("\"\(text)\"".utf8)
        let value = try? CanonicalJSON.decode(
            JSONValue.self,
            from: literal,
            as: "message",
            failing: .internalError
        )
        guard case .string(let text)? = value else { return String(text) }
        return text
    }

    /// Whether Envoy reports that a function of a plugin failed, which ends the plugin's VM.
    package var isCrash: Bool {
        plugin == nil && logger == "wasm" && message.hasPrefix("Function: ")
            && message.firstRange(of: " failed: ") != nil
    }
}

/// A line of the access log: how a request ended.
package struct AccessLine: Sendable, Equatable {
    /// The name of the listener.
    package let listener: String
    /// Envoy's details of the response, such as `via_upstream`.
    package let details: String

    /// Whether a plugin's crash ended the request, or one before it; a plugin may write the same details itself, so only
    /// ``RunningEnvoy/hasCrashed`` proves a crash.
    package var isCrash: Bool { details.hasPrefix("wasm_fail_stream") }

    init?(_ bytes: ArraySlice<UInt8>) {
        let value = try? CanonicalJSON.decode(
            JSONValue.self,
            from: Array(bytes),
            as: "access log",
            failing: .internalError
        )
        guard case .object(let members)? = value, case .string(let listener)? = members["listener"] else {
            return nil
        }
        self.listener = listener
        if case .string(let details)? = members["details"] {
            self.details = details
        } else {
            details = ""
        }
    }
}
