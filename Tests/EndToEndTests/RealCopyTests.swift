import Foundation
import TestSupport
import Testing

/// Copies within Debian's docker-registry.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: RegistryPeer.isExpected, RegistryPeer.whySkipped))
struct RealCopyTests {
    @Test func `between repositories of one registry, only the manifest is sent`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open)
        let access = try registry.access(work)
        try work.write(Modules.plugin, to: "plugin.wasm")
        let (source, target) = (
            "\(registry.name)/\(work.namespace)/team/plugin:v1",
            "\(registry.name)/\(work.namespace)/other/plugin:v2"
        )
        let pushed = try await work.start(["push", source, "plugin.wasm"] + access.trust).wait()
        #expect(pushed.status == 0, "\(pushed)")
        let copied = try await work.start(["copy", source, target, "--json", "-v"] + access.trust).wait()
        #expect(copied.status == 0, "\(copied)")
        #expect(!copied.errorText.contains("detail   GET https://\(registry.name)/v2/team/plugin/blobs"))
        #expect(!copied.errorText.contains("detail   PUT https://\(registry.name)/v2/other/plugin/blobs"))
        let document = try JSONSerialization.jsonObject(with: copied.outputBytes) as? [String: Any]
        let parts = try #require(document?["parts"] as? [[String: Any]], "\(copied)")
        #expect(parts.map { $0["status"] as? String } == ["mounted", "mounted"])
        let verified = try await work.start(["verify", target] + access.trust).wait()
        #expect(verified.status == 0, "\(verified)")
    }
}
