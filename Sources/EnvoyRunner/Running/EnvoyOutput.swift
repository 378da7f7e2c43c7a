import HostSystem
import Synchronization

/// What a running Envoy has written, within limits.
final class EnvoyOutput: Sendable {
    /// The most bytes that are kept between two calls of ``take()``; an Envoy that writes more is stopped.
    private static let limit = 16 << 20

    /// The most lines that are kept of a plugin while those of another one are taken.
    private static let laterLimit = 200

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
        /// The plugins whose lines were taken.
        var taken: Set<String> = []
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
            state.size += Self.memory(size)
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

    /// Returns what was written by a plugin and by Envoy since the last call; without a plugin, only by Envoy.
    ///
    /// Keeps the first lines of plugins whose turn has not come: workers load plugins when they have time. Forgets those of
    /// plugins whose turn is over.
    func take(of plugin: String?) -> (lines: [EnvoyLogLine], accesses: [AccessLine]) {
        state.withLock { state in
            if let plugin { state.taken.insert(plugin) }
            var own: [EnvoyLogLine] = []
            var later: [EnvoyLogLine] = []
            var counts: [String: Int] = [:]
            for line in state.lines {
                guard let name = line.plugin, name != plugin else {
                    own.append(line)
                    continue
                }
                counts[name, default: 0] += 1
                if !state.taken.contains(name), counts[name, default: 0] <= Self.laterLimit {
                    later.append(line)
                }
            }
            let accesses = state.accesses
            state.lines = later
            state.accesses = []
            state.size = later.reduce(0) { $0 + Self.memory($1.message.utf8.count) }
            return (own, accesses)
        }
    }

    /// The memory for a line, in bytes: an empty one takes some too.
    private static func memory(_ size: Int) -> Int { size + 64 }

    /// Calls a function with what is kept.
    func peek<Value>(_ body: ([EnvoyLogLine], [AccessLine]) -> Value) -> Value {
        state.withLock { body($0.lines, $0.accesses) }
    }
}
