/// The result of loading a module in a real Envoy.
package struct EnvoyVerdict: Sendable, Equatable {
    /// The outcome of loading a module.
    package enum Outcome: Sendable, Equatable {
        /// Envoy loaded and started the module, which includes compiling every function.
        case loaded
        /// Envoy rejected the module, with a message from its log; `nil` if the log says nothing about the module.
        case rejected(consumerMessage: String?)
        /// The module crashed the Envoy process with this signal.
        case killed(signal: Int32)
        /// Envoy exceeded the time limit, in seconds: the start of the module does not end.
        case endless(after: Int64)
        /// Envoy exceeded the output limit, in bytes: the start of the module logs endlessly.
        case flooding(after: Int)
    }

    /// The version of Envoy, for example `1.40.0`.
    package let version: String
    /// The outcome.
    package let outcome: Outcome

    /// Creates a verdict.
    package init(version: String, outcome: Outcome) {
        self.version = version
        self.outcome = outcome
    }
}

/// Envoy's log of a validation, with one message per line in the format of `ModuleValidation`: `logger|message`.
struct EnvoyLog {
    private let lines: [(logger: Substring, message: Substring)]

    init(_ bytes: [UInt8]) {
        lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
    }

    /// The beginnings of the messages of Envoy's Wasm host that name a cause.
    ///
    /// The host logs them before a general message, "Failed to initialize Wasm code", which says nothing about the cause.
    private static let causes = [
        "Failed to load Wasm module due to ", "Failed to create new Wasm instance",
        "Bad function signature for: ", "Function: ",
    ]
    private static let wrapper = "Wasm VM failed "

    /// The reason why the plugin was not loaded: the first message about the cause; else the general message of Envoy's Wasm
    /// host, its first one, or the last message about the configuration.
    var reason: String? {
        let wasm = lines.filter { $0.logger == "wasm" && !$0.message.hasPrefix("wasm log") }.map(\.message)
        let cause = wasm.first { message in Self.causes.contains(where: message.hasPrefix) }
        let general = wasm.first { $0.hasPrefix(Self.wrapper) }?.dropFirst(Self.wrapper.count)
        let message = cause ?? general ?? wasm.first ?? lines.last { $0.logger == "main" }?.message
        // Envoy escapes line ends; a trace of the module's functions may follow.
        return message.map { message in
            String(message.firstRange(of: "\\n").map { message[..<$0.lowerBound] } ?? message)
        }
    }
}
