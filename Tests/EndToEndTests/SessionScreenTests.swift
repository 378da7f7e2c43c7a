import Foundation
import TestSupport
import Testing

/// What the pictures of the documents show, recorded from real runs; `pictures.py` draws them.
@Suite(
    .timed,
    .timeLimit(.minutes(5)),
    .enabled(if: ScreenBench.isExpected, ScreenBench.whySkipped)
)
struct SessionScreenTests {
    private static let image = "registry.example.com/team/header-auth"

    @Test func `a plugin is pushed, checked and tested in one session`() async throws {
        let bench = try await ScreenBench()
        let temporary = try ShortFolder()
        try bench.work.write(
            Fixtures.bytes("wasm/header-authorization/plugin-tests.json"),
            to: "plugin-tests.json"
        )
        let session = """
            wasmpack() { "$PROGRAM" "$@"; }
            show() { printf '$ %s\\n' "$*"; "$@" || exit; }
            show wasmpack push \(Self.image):v1 plugin.wasm
            echo
            show wasmpack check \(Self.image):v1 --for istio@1.29
            echo
            show wasmpack test --plugin \(Self.image):v1
            """
        let seen = try await bench.see(
            program: "/bin/bash",
            ["-c", session],
            ["PROGRAM": Workspace.program, "WASMPACK_ENVOY": Envoy.program, "TMPDIR": temporary.path]
        )
        #expect(seen.status == 0, "\(seen)")
        try Screens.expect(seen.golden(["push, check, test"], columns: 80, withColors: true), "session-80")
    }

    @Test func `the parts of the image have these digests`() async throws {
        let bench = try await ScreenBench()
        #expect(try await bench.run(["build", "plugin.wasm", "-t", "\(Self.image):v1"]).status == 0)
        let inspected = try await bench.run(["inspect", "plugin-oci", "--json"])
        #expect(inspected.status == 0, "\(inspected)")
        try Screens.expect(inspected.outputText, "image-facts")
    }
}
