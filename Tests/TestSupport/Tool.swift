import Foundation
import SystemPackage

/// Runs other programs, to check that they can read our output.
package enum Tool {
    /// The result of a program.
    package struct Outcome: Sendable {
        /// The exit status.
        package let status: Int32
        /// The bytes of standard output.
        package let output: String
        /// The bytes of standard error.
        package let errors: String
    }

    /// Runs a program in `PATH` to its end, without standard input.
    package static func run(_ program: String, _ arguments: [String]) throws -> Outcome {
        let scratch = try ScratchDirectory()
        let output = URL(filePath: try scratch.write([], to: "output").string)
        let errors = URL(filePath: try scratch.write([], to: "errors").string)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: errors)
        try process.runAlone()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationStatus,
            output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
            errors: String(decoding: try Data(contentsOf: errors), as: UTF8.self)
        )
    }
}

/// A program that runs until `deinit`; it must end when its standard input ends.
package final class RunningTool {
    private let process = Process()
    private let input = Pipe()
    private let output = Pipe()

    /// Starts a program in `PATH`.
    package init(_ program: String, _ arguments: [String]) throws {
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [program] + arguments
        process.standardInput = input
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        try process.runAlone()
    }

    /// The process identifier, for `/proc`.
    package var processIdentifier: Int32 { process.processIdentifier }

    /// Waits for the first output of the program; returns `nil` if it ends without output.
    package func firstOutput() -> String? {
        let data = output.fileHandleForReading.availableData
        return data.isEmpty ? nil : String(decoding: data, as: UTF8.self)
    }

    /// Closes the program's input and waits for its end.
    package func stop() {
        try? input.fileHandleForWriting.close()
        process.waitUntilExit()
    }

    deinit { if process.isRunning { stop() } }
}
