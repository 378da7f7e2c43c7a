import HostSystem
import Synchronization

/// What a running Envoy has written, within limits.
final class EnvoyOutput: Sendable {
    /// The most bytes that are kept between two calls of ``take()``; an Envoy that writes more is stopped.
    private static let limit = 16 << 20

    /// What is kept until it is taken.
    enum Kept {
        case everything
        /// The messages of Envoy, without those of the plugins.
        case envoy
        case nothing
    }

    private struct State {
        var lines: [EnvoyLogLine] = []
        var accesses: [AccessLine] = []
        var size = 0
        var kept = Kept.everything
        /// Stays: the plugin has not stopped.
        var isFlooded = false
        var hasCrashed = false
    }

    private let plugins: Set<String>
    private let onLine: (@Sendable (EnvoyLogLine) -> Void)?
    private let state = Mutex(State())

    /// Creates an empty log.
    ///
    /// - Parameters:
    ///   - plugins: the names of the plugins.
    ///   - onLine: receives each line of the log.
    init(plugins: Set<String>, onLine: (@Sendable (EnvoyLogLine) -> Void)?) {
        self.plugins = plugins
        self.onLine = onLine
    }

    /// Whether more was written than is kept.
    var isFlooded: Bool { state.withLock { $0.isFlooded } }

    /// Whether a plugin has crashed.
    var hasCrashed: Bool { state.withLock { $0.hasCrashed } }

    /// Forgets what was written, and chooses what is kept from now on.
    func keep(_ kept: Kept) {
        _ = take()
        state.withLock { $0.kept = kept }
    }

    /// Adds a line of the process.
    func add(_ stream: SupervisedProcess.Stream, _ bytes: ArraySlice<UInt8>) {
        switch stream {
        case .output:
            if let access = AccessLine(bytes) {
                keep(bytes.count, isOfEnvoy: true) { $0.accesses.append(access) }
            }
        case .errors:
            let line =
                EnvoyLogLine(bytes, plugins: plugins)
                ?? EnvoyLogLine(
                    level: "",
                    plugin: nil,
                    message: String(decoding: bytes, as: UTF8.self),
                    logger: ""
                )
            onLine?(line)
            if line.isCrash { state.withLock { $0.hasCrashed = true } }
            keep(bytes.count, isOfEnvoy: line.plugin == nil) { $0.lines.append(line) }
        }
    }

    private func keep(_ size: Int, isOfEnvoy: Bool, _ body: (inout State) -> Void) {
        state.withLock { state in
            switch state.kept {
            case .nothing: return
            case .envoy where !isOfEnvoy: return
            default: break
            }
            // An empty line takes memory too.
            state.size += size + 64
            if state.size > Self.limit { state.isFlooded = true } else { body(&state) }
        }
    }

    /// Returns what was written since the last call, and forgets it.
    func take() -> (lines: [EnvoyLogLine], accesses: [AccessLine]) {
        state.withLock { state in
            defer {
                state.lines = []
                state.accesses = []
                state.size = 0
            }
            return (state.lines, state.accesses)
        }
    }

    /// Calls a function with what is kept.
    func peek<Value>(_ body: ([EnvoyLogLine], [AccessLine]) -> Value) -> Value {
        state.withLock { body($0.lines, $0.accesses) }
    }
}
