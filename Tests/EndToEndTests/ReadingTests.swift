import Foundation
import TestSupport
import Testing

/// A command reads the content that it sends once before the upload, and once during it.
@Suite(
    .timeLimit(.minutes(5)),
    .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped),
    .enabled(if: Workspace.canTrace, "strace is not installed (make test-deps)")
)
struct ReadingTests {
    /// The number of times that a layout's blobs were opened, and the files written into it.
    private struct Trace {
        var manifest = 0
        var config = 0
        var layer = 0
        var writes: [String] = []
    }

    private struct Manifest: Decodable {
        struct Part: Decodable { let digest: String }
        let config: Part
        let layers: [Part]
    }

    /// Runs `wasmpack` and counts what it opens.
    private func trace(_ work: Workspace, _ arguments: [String], manifest: String) async throws -> Trace {
        let run = try await RunningProgram(
            "/usr/bin/env",
            ["strace", "-f", "-qq", "-e", "trace=openat", "-o", work.path("trace"), Workspace.program]
                + arguments,
            environment: work.environment,
            in: work.folder
        ).wait()
        #expect(run.status == 0, "\(run)")
        let parts = try JSONDecoder().decode(
            Manifest.self,
            from: Data(work.bytes(of: "plugin-oci/blobs/sha256/\(manifest)"))
        )
        var trace = Trace()
        for line in String(decoding: try work.bytes(of: "trace"), as: UTF8.self).split(separator: "\n") {
            let words = line.split(separator: "\"", maxSplits: 2)
            guard words.count == 3 else { continue }
            if words[1].contains("plugin-oci"), words[2].contains("O_WRONLY") || words[2].contains("O_RDWR") {
                trace.writes.append(String(line))
            }
            if words[1].hasSuffix(manifest) { trace.manifest += 1 }
            if words[1].hasSuffix(parts.config.digest.dropFirst(7)) { trace.config += 1 }
            if parts.layers.contains(where: { words[1].hasSuffix($0.digest.dropFirst(7)) }) {
                trace.layer += 1
            }
        }
        return trace
    }

    @Test func `a push reads a layout once before the upload, and once during it`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.start(.open)
        let access = try ["--ca-file", registry.access(work).caFile]
        try work.write(Modules.plugin, to: "plugin.wasm")
        let reference = "\(registry.name)/test-oci/read:v1"
        let built = try await work.run("build", "plugin.wasm", "-t", reference)
        let manifest = String(built.outputText.suffix(65).dropLast())
        #expect(try await work.run("copy", "plugin-oci", "plugin.tar").status == 0)

        let pushed = try await trace(work, ["push", reference] + access, manifest: manifest)
        #expect(pushed.manifest <= 4)
        #expect(pushed.config <= 3)
        #expect(pushed.layer == 3, "verified, checked, sent")
        #expect(pushed.writes.isEmpty)
        let checked = try await trace(
            work,
            ["push", "\(registry.name)/test-oci/read-back:v1", "plugin-oci", "--verify"] + access,
            manifest: manifest
        )
        #expect(checked.writes.isEmpty, "also when the image is read back")

        let unchecked = try await trace(
            work,
            ["push", "\(registry.name)/test-oci/unchecked:v1", "--layout", "plugin-oci", "--no-check"]
                + access,
            manifest: manifest
        )
        #expect(unchecked.layer == 2, "verified, sent")

        let archived = try await trace(
            work,
            ["push", "\(registry.name)/test-oci/archived:v1", "plugin.tar"] + access,
            manifest: manifest
        )
        #expect(archived.manifest <= 4)
        #expect(archived.layer <= 3)

        let copied = try await trace(
            work,
            ["copy", "plugin-oci", "\(registry.name)/test-oci/copied:v1"] + access,
            manifest: manifest
        )
        #expect(copied.manifest <= 4)
        #expect(copied.layer == 2, "verified, sent")
        #expect(copied.writes.isEmpty)
    }
}

extension Workspace {
    /// Whether this machine can trace the files that a program opens.
    static var canTrace: Bool { isCI || FileManager.default.isExecutableFile(atPath: "/usr/bin/strace") }
}
