import Foundation
package import SystemPackage

/// A temporary folder of a test, removed with its content in `deinit`.
package final class TemporaryFolder: Sendable {
    /// The path of the folder.
    package let path: FilePath

    /// Creates an empty folder.
    package init() throws {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "tests-of-wasmpack-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path())
    }

    /// Returns the names in the folder.
    package var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path.string)) ?? []).sorted()
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }
}
