package import Foundation

/// A server of Tests/Support, from its start until the last test lets go of it.
///
/// It ends when its stdin is closed, be it by the end of the test process.
package final class PeerProcess: Sendable {
    /// The folder of the servers.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Support")

    /// The line of JSON that it said when it was ready.
    package let ready: Data
    private let process: Int32
    private let lifeline: FileHandle

    /// Starts a script of Tests/Support, with its arguments, and waits until it is ready.
    package static func start(_ script: String, _ arguments: [String] = []) async throws -> PeerProcess {
        try await withCheckedThrowingContinuation { continuation in
            // Reading blocks, which the threads of Swift's concurrency must not.
            DispatchQueue.global().async {
                continuation.resume(with: Result { try PeerProcess(script, arguments) })
            }
        }
    }

    /// Runs a script of Tests/Support that ends by itself; throws unless it says that all is well.
    package static func run(_ script: String, _ arguments: [String] = []) async throws {
        _ = try await output(of: script, arguments)
    }

    /// The same, and gives what it has written to its standard output.
    package static func output(of script: String, _ arguments: [String] = []) async throws -> Data {
        try await withCheckedThrowingContinuation { continuation in
            DispatchQueue.global().async {
                continuation.resume(
                    with: Result {
                        let python = process(script, arguments)
                        let output = Pipe()
                        python.standardInput = FileHandle.nullDevice
                        python.standardOutput = output
                        try python.runAlone()
                        let bytes = try output.fileHandleForReading.readToEnd() ?? Data()
                        python.waitUntilExit()
                        guard python.terminationStatus == 0 else { throw PeerError("\(script) failed") }
                        return bytes
                    }
                )
            }
        }
    }

    /// Where a script of Tests/Support is, for who starts it in a way of its own.
    package static func path(of script: String) -> String { folder.appending(path: script).path() }

    private static func process(_ script: String, _ arguments: [String]) -> Process {
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        python.arguments = ["python3", path(of: script)] + arguments
        return python
    }

    /// The same, and blocks the thread until then.
    package init(_ script: String, _ arguments: [String]) throws {
        let python = Self.process(script, arguments)
        let input = Pipe()
        let output = Pipe()
        python.standardInput = input
        python.standardOutput = output
        try python.runAlone()
        process = python.processIdentifier
        lifeline = input.fileHandleForWriting
        var line = Data()
        while line.last != UInt8(ascii: "\n") {
            let piece = output.fileHandleForReading.availableData
            if piece.isEmpty { break }
            line += piece
        }
        guard line.last == UInt8(ascii: "\n") else { throw PeerError("\(script) ended before it was ready") }
        ready = line
    }

    deinit {
        // Its stdin is closed by now at the latest; a child that is busy elsewhere hears the signal too.
        kill(process, SIGTERM)
    }
}

/// Why a peer of a test is of no use.
package struct PeerError: Error, CustomStringConvertible {
    /// What happened.
    package let description: String

    /// Says what happened.
    package init(_ description: String) { self.description = description }
}
