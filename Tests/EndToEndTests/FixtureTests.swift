import Foundation
import OCI
import TestSupport
import Testing

/// The modules in Fixtures match their sources and PROVENANCE.md.
@Suite(.timed, .timeLimit(.minutes(5))) struct FixtureTests {
    private static var provenance: String {
        get throws { String(decoding: try Fixtures.bytes("wasm/PROVENANCE.md"), as: UTF8.self) }
    }

    @Test func `rebuilding the reference plugin gives the same bytes`() async throws {
        let work = try Workspace()
        let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
        let toolchain = try await work.other(
            "env",
            "PATH=\(path)",
            "sh",
            "-c",
            #"resources=$(swiftc -print-target-info | sed -n 's/.*"runtimeResourcePath": "\(.*\)".*/\1/p')"#
                + #"; "$resources/../../bin/clang" --version"#
        )
        let version = toolchain.outputText.split(separator: "\n").first.map(String.init) ?? ""
        guard !version.isEmpty, try Self.provenance.contains(version) else {
            // Another compiler may give other bytes, which is not an error of the fixture.
            print("skipped: the fixture was built by another clang than \"\(version)\"")
            return
        }
        let built = try await work.other(
            "env",
            "PATH=\(path)",
            Fixtures.path("wasm/header-authorization/build.sh"),
            work.path("again.wasm")
        )
        #expect(built.status == 0, "\(built)")
        #expect(try work.bytes(of: "again.wasm") == Modules.plugin)
    }

    @Test func `the tiny modules equal their hexadecimal sources`() async throws {
        let work = try Workspace()
        let built = try await work.other(Fixtures.path("wasm/tiny/build.sh"), work.folder.path())
        #expect(built.status == 0, "\(built)")
        let names = try work.names().filter { $0.hasSuffix(".wasm") }
        #expect(names.count >= 5)
        for name in names {
            #expect(try work.bytes(of: name) == Fixtures.bytes("wasm/tiny/\(name)"), "\(name)")
        }
    }

    @Test func `every digest in PROVENANCE.md matches its file`() throws {
        let rows = try Self.provenance.matches(of: /\| `([^`]+)` \|.*\| `([0-9a-f]{64})` \|/)
        #expect(rows.count >= 10)
        for row in rows {
            let bytes = try Fixtures.bytes("wasm/\(row.output.1)")
            #expect(Digest(of: bytes).encoded == row.output.2, "\(row.output.1)")
        }
    }
}
