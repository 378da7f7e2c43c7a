import Foundation

/// The programs that the build created beside the tests.
package enum BuiltProgram {
    /// The path of `wasmpack`.
    package static let wasmpack: String = {
        let link = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        let folders = ([link] + CommandLine.arguments).map { URL(filePath: $0).deletingLastPathComponent() }
        let found = folders.map { $0.appending(path: "wasmpack").path() }
            .first { FileManager.default.isExecutableFile(atPath: $0) }
        return found ?? "wasmpack"
    }()
}
