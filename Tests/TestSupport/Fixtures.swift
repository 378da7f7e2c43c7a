package import Testing

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The files under `Fixtures/` at the root of the package.
package enum Fixtures {
    /// The folder itself, as an absolute path.
    package static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "Fixtures").path()

    /// The absolute path of a fixture, for example of `oci/manifest.json`.
    package static func path(_ path: String) -> String { root + "/" + path }

    /// The bytes of a fixture; throws when there is no such file.
    package static func bytes(_ path: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(filePath: Self.path(path))))
    }
}

/// Expects bytes to be those of a golden file.
///
/// With `WASMPACK_RECORD=1` in the environment the file is written instead; look at the difference before it is
/// committed.
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
        // Also where the texts are the same in Swift's eyes, or no texts at all.
        #expect(bytes == golden, sourceLocation: sourceLocation)
    }
}
