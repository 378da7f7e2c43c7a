package import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A folder for one test, removed with its content in `deinit`.
package final class ScratchDirectory: Sendable {
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

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    /// Returns the path of a file or folder with this name, which need not exist.
    package func appending(_ name: String) -> FilePath { path.appending(name) }

    /// Writes a file and its parent folders; returns the path.
    @discardableResult
    package func write(_ bytes: [UInt8], to name: String) throws -> FilePath {
        let file = path.pushing(FilePath(name))
        try FileManager.default.createDirectory(
            atPath: file.removingLastComponent().string,
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: URL(filePath: file.string))
        return file
    }
}

/// Returns the bytes of a file; throws if it cannot be read.
package func contents(of path: FilePath) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path.string)))
}

/// Returns the sorted relative paths of all files and folders below a folder.
package func tree(_ path: FilePath) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path.string).sorted()
}
