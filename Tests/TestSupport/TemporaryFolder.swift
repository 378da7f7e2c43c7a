import Foundation
package import SystemPackage

/// A folder of a test's own, removed with everything in it when the test lets go of it.
package final class TemporaryFolder: Sendable {
    /// Where it is.
    package let path: FilePath

    /// Makes an empty folder.
    package init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "wasmpack-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path())
    }

    /// The names of what is in it.
    package var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path.string)) ?? []).sorted()
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }
}
