package import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The files in `Fixtures/` at the root of the package.
package enum Fixtures {
    /// The absolute path of the folder.
    package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures").path()

    /// Returns the absolute path of a fixture, for example `oci/manifest.json`.
    package static func path(_ path: String) -> String { root + "/" + path }

    /// Returns the bytes of a fixture; throws if the file does not exist.
    package static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: Self.path(path))))
    }
}

/// Expects bytes to equal a golden file.
///
/// With `WASMPACK_RECORD=1` in the environment, writes the file instead; review the difference before you commit it.
package func expectGolden(
    _ bytes: [UInt8],
    _ path: String,
    sourceLocation: SourceLocation = #_sourceLocation
) throws {
    if ProcessInfo.processInfo.environment["WASMPACK_RECORD"] == "1" {
        let url = URL(filePath: Fixtures.path(path))
        try FileManager.default.createDirectory(
            at: url.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: url)
    } else {
        let golden = try Fixtures.bytes(path)
        #expect(
            String(decoding: bytes, as: UTF8.self) == String(decoding: golden, as: UTF8.self),
            "not the golden \(path)",
            sourceLocation: sourceLocation
        )
        // Also for texts that Swift considers equal, and for bytes that are not text.
        #expect(bytes == golden, sourceLocation: sourceLocation)
    }
}
