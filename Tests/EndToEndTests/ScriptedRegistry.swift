import Foundation
import TestSupport

/// The scripted registry, for what a real one cannot be made to do.
struct ScriptedRegistry {
    private let process: PeerProcess
    let port: Int

    /// `127.0.0.1:PORT`, which is loopback by its own name.
    var name: String { "127.0.0.1:\(port)" }

    init(_ arguments: String...) async throws {
        struct Ready: Decodable { let port: Int }
        process = try await PeerProcess.start("scripted_registry.py", arguments)
        port = try JSONDecoder().decode(Ready.self, from: process.ready).port
    }

    /// Orders faults, as a JSON list of rules.
    func order(_ rules: String, _ work: Workspace) async throws {
        let run = try await work.other("curl", "-sSf", "-X", "PUT", "http://\(name)/__control", "-d", rules)
        if run.status != 0 { throw PeerError("\(run)") }
    }

    /// Everything that it was asked, as `METHOD path`.
    func requests(_ work: Workspace) async throws -> [String] {
        struct Line: Decodable {
            let method: String
            let path: String
        }
        let run = try await work.other("curl", "-sSf", "http://\(name)/__record")
        return try JSONDecoder().decode([Line].self, from: run.outputBytes).map { "\($0.method) \($0.path)" }
    }

    /// How many connections its requests came by, not counting those of its first requests.
    func connectionCount(after first: Int, _ work: Workspace) async throws -> Int {
        struct Line: Decodable { let connection: Int }
        let run = try await work.other("curl", "-sSf", "http://\(name)/__record")
        let lines = try JSONDecoder().decode([Line].self, from: run.outputBytes)
        return Set(lines.dropFirst(first).map(\.connection)).count
    }

    /// Waits until it was asked for something, not counting its first requests; the test's time limit bounds it.
    func wait(for method: String, _ path: String, after first: Int, _ work: Workspace) async throws {
        while try await !requests(work).dropFirst(first).contains(where: {
            $0.hasPrefix(method) && $0.contains(path)
        }) {
            try await Task.sleep(for: .milliseconds(20))
        }
    }
}
