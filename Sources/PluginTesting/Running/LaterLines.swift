import EnvoyRunner
import Synchronization

/// What the plugins of later cases have logged while an earlier case ran: their workers load them when they have time.
final class LaterLines: Sendable {
    /// The most lines that are kept of a plugin.
    private static let limit = 200

    private let lines: Mutex<[String: [EnvoyLogLine]]>

    init(of plugins: [String]) {
        lines = Mutex(Dictionary(plugins.map { ($0, []) }) { first, _ in first })
    }

    /// Keeps the lines of plugins whose cases have not begun.
    func keep(_ new: [EnvoyLogLine]) {
        lines.withLock { lines in
            for line in new {
                guard let plugin = line.plugin, lines[plugin].map({ $0.count < Self.limit }) ?? false else {
                    continue
                }
                lines[plugin]?.append(line)
            }
        }
    }

    /// Returns the lines of a plugin whose case begins; later ones are its own.
    func begin(_ plugin: String) -> [EnvoyLogLine] {
        lines.withLock { $0.removeValue(forKey: plugin) ?? [] }
    }
}
