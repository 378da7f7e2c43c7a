import Diagnostics
import OCI
import TestSupport
import Testing

@Suite struct ImageConfigTests {
    /// The diffID of a layer with a known module of 37 bytes.
    private let diffID = "sha256:1b54002b20112d0ff56d67c6733e1f06ba1550ddc391299367d6330368feddf5"

    private func config(labels: [String: String] = [:]) throws -> ImageConfig {
        let time = "1970-01-01T00:00:00Z"
        return ImageConfig(
            platform: Platform(os: "linux", architecture: "amd64"),
            created: time,
            config: .init(
                env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
                workingDir: "/",
                labels: labels
            ),
            history: [
                .init(
                    created: time,
                    createdBy: "ADD ./plugin.wasm ./plugin.wasm # wasmpack",
                    comment: "wasmpack"
                )
            ],
            rootfs: .init(diffIDs: [try Digest(parsing: diffID)])
        )
    }

    @Test func `a config equals its golden file`() throws {
        try expectGolden(CanonicalJSON.encode(config()), "oci/config.json")
        try expectGolden(
            CanonicalJSON.encode(config(labels: ["b": "2", "a": "1/2"])),
            "oci/config-labels.json"
        )
    }

    @Test func `reads back a config that it wrote`() throws {
        let bytes = try CanonicalJSON.encode(config(labels: ["a": "b"]))
        #expect(try read(bytes) == config(labels: ["a": "b"]))
    }

    @Test func `reads a config without any members`() throws {
        #expect(try read(Array("{}".utf8)).rootfs == nil)
        let foreign =
            #"{"architecture":"wasm","os":"wasip1","author":null,"layerDigests":[],"config":{"Cmd":null}}"#
        #expect(try read(Array(foreign.utf8)).os == "wasip1")
    }

    @Test func `rejects an invalid diffID`() {
        let text = #"{"rootfs":{"type":"layers","diff_ids":["sha256:../x"]}}"#
        let failure = #expect(throws: Failure.self) { try read(Array(text.utf8)) }
        #expect(failure?.code == .layoutCorrupt)
        #expect(failure?.why?.contains("invalid digest format") == true)
    }

    private func read(_ bytes: [UInt8]) throws(Failure) -> ImageConfig {
        try CanonicalJSON.decode(ImageConfig.self, from: bytes, as: "config", failing: .layoutCorrupt)
    }
}
