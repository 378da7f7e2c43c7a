package import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A folder for one test, removed with everything in it when its owner lets go of it.
package final class ScratchDirectory: Sendable {
    /// Where the folder is.
    package let path: FilePath

    /// Makes an empty folder.
    package init() throws {
        let url = FileManager.default.temporaryDirectory.appending(
            path: "wasmpack-tests-\(UUID().uuidString)"
        )
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = FilePath(url.path())
    }

    deinit { try? FileManager.default.removeItem(atPath: path.string) }

    /// Where a file or folder of this name is, or would be.
    package func appending(_ name: String) -> FilePath { path.appending(name) }

    /// Writes a file, and the folders above it; gives its path.
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

/// The bytes of a file; throws when it cannot be read.
package func contents(of path: FilePath) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path.string)))
}

/// The names in a folder and all folders below it, sorted, each from that folder on.
package func tree(_ path: FilePath) throws -> [String] {
    try FileManager.default.subpathsOfDirectory(atPath: path.string).sorted()
}
