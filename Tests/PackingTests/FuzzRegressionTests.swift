import Archive
import Diagnostics
import Foundation
import OCI
import Packing
import ProxyWasm
import Storage
import TestSupport
import Testing

/// Tests that every reader returns a result or a failure for hostile inputs, including all crashes that `make fuzz` found.
@Suite(.timed, .timeLimit(.minutes(5))) struct FuzzRegressionTests {
    private static func inputs(_ fuzzer: String) throws -> [[UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: Fixtures.path("fuzz/\(fuzzer)")).sorted().map {
            try Fixtures.bytes("fuzz/\(fuzzer)/\($0)")
        }
    }

    @Test func `the module reader and the module check`() throws {
        let inputs = try Self.inputs("FuzzModule")
        #expect(!inputs.isEmpty)
        for input in inputs {
            let reading = try? EnvoyReading(of: "input", size: input.count) { offset, count throws(Failure) in
                Array(input[offset...].prefix(count))
            }
            guard let reading else { continue }
            _ = ModuleCheck(reading).verdict
        }
    }

    @Test func `the layer reader`() throws {
        let inputs = try Self.inputs("FuzzLayer")
        #expect(!inputs.isEmpty)
        for input in inputs {
            var contents = LayerReader.Contents()
            _ = try? LayerReader.read(MemorySource(input), into: &contents, extracting: .named("plugin.wasm"))
        }
    }

    @Test func `the manifest decoder`() throws {
        let inputs = try Self.inputs("FuzzManifest")
        #expect(!inputs.isEmpty)
        for input in inputs {
            for type in [MediaType.imageManifest, .imageIndex, .dockerManifest, .dockerManifestList] {
                _ = try? ManifestDocument(decoding: input, mediaType: type).successors
            }
        }
    }

    @Test func `the Dockerfile reader`() throws {
        let inputs = try Self.inputs("FuzzDockerfile")
        #expect(!inputs.isEmpty)
        for input in inputs {
            _ = try? Dockerfile(parsing: input, arguments: ["VERSION": "1", "NAME": ""])
        }
    }
}
