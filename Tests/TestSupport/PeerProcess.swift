package import Foundation

/// A server of Tests/Support, which runs until its last owner is freed.
///
/// It ends when its stdin is closed, also by the end of the test process.
package final class PeerProcess: Sendable {
    /// The folder of the servers.
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Support")

    /// The line of JSON that the server printed when it was ready.
    package let ready: Data
    private let process: Int32
    private let lifeline: FileHandle

    /// Starts a script of Tests/Support with arguments, and waits until it is ready.
    package static func start(_ script: String, _ arguments: [String] = []) async throws -> PeerProcess {
        try await withCheckedThrowingContinuation { continuation in
            // Reading blocks, which is not allowed on the threads of Swift concurrency.
            DispatchQueue.global().async {
                continuation.resume(with: Result { try PeerProcess(script, arguments) })
            }
        }
    }

    /// Runs a script of Tests/Support to its end; throws unless it succeeds.
    package static func run(_ script: String, _ arguments: [String] = []) async throws {
        _ = try await output(of: script, arguments)
    }

    /// Runs a script of Tests/Support to its end and returns its standard output.
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

    /// Returns the path of a script of Tests/Support.
    package static func path(of script: String) -> String { folder.appending(path: script).path() }

    private static func process(_ script: String, _ arguments: [String]) -> Process {
        let python = Process()
        python.executableURL = URL(filePath: "/usr/bin/env")
        // Without the packages of the machine, whose hooks take longer to load than the script.
        python.arguments = [Python.path, "-S", path(of: script)] + arguments
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
        // The stdin is closed now; the signal also ends a busy child.
        kill(process, SIGTERM)
    }
}

/// The reason why a peer of a test cannot be used.
package struct PeerError: Error, CustomStringConvertible {
    /// The description of the error.
    package let description: String

    /// Creates an error.
    package init(_ description: String) { self.description = description }
}
