import Foundation
public import SystemPackage

/// A folder of a test's own, removed with everything in it when the test lets go of it.
public final class TemporaryFolder: Sendable {
    /// Where it is.
    public let path: FilePath

    /// Makes an empty folder.
    public init() throws {
        let url = FileManager.default.temporaryDirectory.appending(path: "wasmpack-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path())
    }

    /// The names of what is in it.
    public var names: [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path.string)) ?? []).sorted()
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }
}
