/// What a real Envoy did with a module.
package struct EnvoyVerdict: Sendable, Equatable {
    /// How it went.
    package enum Outcome: Sendable, Equatable {
        /// It loaded and started the module, which includes compiling every function.
        case loaded
        /// It refused the module, in the words of its log; `nil` when it said nothing about the module.
        case refused(consumerMessage: String?)
        /// The Envoy process died of the module, by this signal.
        case killed(signal: Int32)
        /// It was not done in time: the module runs on and on when it is started. In seconds.
        case endless(after: Int64)
        /// It wrote more than this before it was done: the module logs on and on when it is started. In bytes.
        case flooding(after: Int)
    }

    /// Its version, for example `1.40.0`.
    package let version: String
    /// How it went.
    package let outcome: Outcome

    /// Says what an Envoy did.
    package init(version: String, outcome: Outcome) {
        self.version = version
        self.outcome = outcome
    }
}

/// What Envoy has logged while it validated, one message a line, as `EnvoyProgram` asks for: `logger|message`.
struct EnvoyLog {
    private let lines: [(logger: Substring, message: Substring)]

    init(_ bytes: [UInt8]) {
        lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
            let parts = line.split(separator: "|", maxSplits: 1, omittingEmptySubsequences: false)
            return parts.count == 2 ? (parts[0], parts[1]) : nil
        }
    }

    /// Why the plugin was not loaded: the first that Envoy's host for Wasm said about it, else the last that it said
    /// about the configuration.
    var reason: String? {
        let prefix = "Wasm VM failed "
        let failure = lines.first { $0.logger == "wasm" && $0.message.hasPrefix(prefix) }
        if let failure { return String(failure.message.dropFirst(prefix.count)) }
        let wasm = lines.first { $0.logger == "wasm" && !$0.message.hasPrefix("wasm log") }
        return (wasm ?? lines.last { $0.logger == "main" }).map { String($0.message) }
    }
}
