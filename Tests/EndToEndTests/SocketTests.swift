import Foundation
import TestSupport
import Testing

/// A registry that misbehaves below HTTP: `pull`, `push` and `tags` end with a documented status and write nothing.
@Suite(.long, .timed, .timeLimit(.minutes(5)))
struct SocketLongTests {
    /// The server with a port for each behavior.
    private struct Peer {
        private struct Ready: Decodable { let ports: [String: Int] }
        let process: PeerProcess
        let ports: [String: Int]

        init() async throws {
            process = try await PeerProcess.start("sockets.py")
            ports = try JSONDecoder().decode(Ready.self, from: process.ready).ports
        }
    }

    private static let peer = Task { try await Peer() }

    /// The statuses of each group of behaviors, by the starts of their names.
    static let groups: [(starts: [String], statuses: Set<Int32>, why: String)] = [
        (["close-", "reset-", "half-close", "no-line-end"], [65, 69, 76], "the connection ends"),
        (["silence", "stalled-", "answer-before"], [65, 75, 76], "nothing more comes"),
        (["banner", "tls-alert", "http-"], [76], "another protocol"),
        (["endless-"], [65, 75, 76], "no end"),
        (["length", "two-lengths", "chunk"], [65, 69, 76], "false lengths"),
        (["status-", "field"], [65, 69, 76], "odd heads"),
        (["encoded-"], [76], "content that was encoded without a request"),
        (["redirect-"], [69, 76], "redirects"),
        (["401-", "bearer-"], [76, 77], "credentials that are never enough"),
        (["429-"], [75], "a rate limit that never ends"),
        (["503-"], [69], "a server that always fails"),
        (["correct", "byte-by-", "without-", "closed-", "a-second-", "interim-"], [0], "odd, but correct"),
    ]

    /// Those that end only with the time limit of the command.
    private static let waiting: Set = [
        "silence", "stalled-head", "stalled-body", "answer-before-the-request", "endless-chunk-extension",
        "endless-chunk-extension",
    ]

    @Test("ends with a clear error, and writes nothing", arguments: groups.indices)
    func behaviors(group: Int) async throws {
        let (starts, statuses, why) = Self.groups[group]
        let peer = try await Self.peer.value
        let names = peer.ports.keys.filter { name in starts.contains { name.hasPrefix($0) } }.sorted()
        #expect(!names.isEmpty)
        for name in names {
            let work = try Workspace()
            try work.write(Modules.tiny, to: "module.wasm")
            let temporary = try work.ownTemporaryFolder()
            let repository = "127.0.0.1:\(peer.ports[name] ?? 0)/test/plugin"
            let commands = [
                ["pull", "\(repository):v1"], ["push", "\(repository):v2", "module.wasm"],
                ["tags", repository],
            ]
            let limits = Self.waiting.contains(name) ? ["--timeout", "3"] : []
            for command in commands {
                let before = try work.names()
                let options = ["--plain-http", "--retries", "1"] + limits
                let measured = try await work.measure(command + options, adding: temporary)
                let run = measured.run
                let what = "\(name), \(why), \(command[0]): \(run)"
                #expect(statuses.contains(run.status), "\(what)")
                #expect(Clarity.faults(in: run.errorText) == [], "\(what)")
                #expect(run.errorText.contains("error[") == (run.status != 0), "\(what)")
                #expect(measured.peak < MeasuredRun.memoryLimit, "\(measured.peak): \(what)")
                let written = Set(try work.names()).subtracting(before)
                #expect(
                    written == (run.status == 0 && command[0] == "pull" ? ["plugin.wasm"] : []),
                    "\(what)"
                )
                #expect(try work.names(in: "tmp").isEmpty, "\(what)")
            }
        }
    }

    @Test func `there are forty behaviors at least, and each is in one group`() async throws {
        let names = try await Self.peer.value.ports.keys
        #expect(names.count > 40)
        for name in names {
            let groups = Self.groups.filter { $0.starts.contains { name.hasPrefix($0) } }
            #expect(groups.count == 1, "\(name)")
        }
    }
}
