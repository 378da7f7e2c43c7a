import Foundation
import TestSupport
import Testing

/// A registry that offers HTTP/2 and misbehaves in it: a reading command falls back to HTTP/1.1, or ends with a clear error.
@Suite(.long, .timed, .timeLimit(.minutes(5)))
struct HTTP2LongTests {
    /// The server with a port for each behavior.
    private struct Peer {
        private struct Ready: Decodable { let ports: [String: Int] }
        let process: PeerProcess
        let ports: [String: Int]
        let caFile: String

        init() async throws {
            let folder = try await TestAuthority.shared.value.path
            process = try await PeerProcess.start(
                "http2_peer.py",
                ["\(folder)/server.crt", "\(folder)/server.key"]
            )
            ports = try JSONDecoder().decode(Ready.self, from: process.ready).ports
            caFile = "\(folder)/ca/ca.crt"
        }
    }

    private static let peer = Task { try await Peer() }

    /// The behaviors that HTTP/1.1 does not repair; all others end with status 0.
    private static let others: [String: (status: Int32, why: String)] = [
        "body-without-end": (76, "the answer is too large, so it is not requested again")
    ]

    @Test("falls back to HTTP/1.1, or ends with a clear error", arguments: ["tags", "pull"])
    func behaviors(command: String) async throws {
        let peer = try await Self.peer.value
        #expect(peer.ports.count > 20)
        for (name, port) in peer.ports.sorted(by: { $0.key < $1.key }) {
            let work = try Workspace()
            let temporary = try work.ownTemporaryFolder()
            let expected = Self.others[name] ?? (0, "HTTP/1.1 works")
            let reference = "127.0.0.1:\(port)/test/plugin" + (command == "pull" ? ":v1" : "")
            let measured = try await work.measure(
                [command, reference, "--ca-file", peer.caFile, "--retries", "2"],
                adding: temporary
            )
            let run = measured.run
            let what = "\(name), \(expected.why), \(command): \(run)"
            #expect(run.status == expected.status, "\(what)")
            #expect(Clarity.faults(in: run.errorText) == [], "\(what)")
            #expect(run.errorText.contains("error[") == (run.status != 0), "\(what)")
            #expect(measured.isModest, "\(measured.peak) bytes, \(measured.seconds) s: \(what)")
            let written = try work.names().contains("plugin.wasm")
            #expect(written == (command == "pull" && run.status == 0), "\(what)")
            #expect(try work.names(in: "tmp").isEmpty, "\(what)")
        }
    }
}
