import Diagnostics
import HostSystem
import ProxyWasm
import TestSupport
import Testing

@testable import Packing

/// Tests the findings about a module without an image.
@Suite struct ModuleAloneTests {
    private func inspection(_ bytes: [UInt8]) throws -> ModuleInspection {
        let scratch = try ScratchDirectory()
        defer { withExtendedLifetime(scratch) {} }
        let path = scratch.appending("plugin.wasm")
        try TemporaryFile.write(bytes, to: path)
        return try ModuleInspection(of: "plugin.wasm", in: ReadableFile(opening: path))
    }

    @Test(
        "rejects a file without sections and quotes Envoy's message",
        arguments: [
            ([], nil, "empty: Envoy gives no reason"),
            ([0, 0x61, 0x73, 0x6D, 1, 0, 0], "Missing or unknown Proxy-Wasm ABI version", "seven bytes"),
            (Array("hello, proxy".utf8), "Failed to parse corrupted Wasm module", "no module"),
            (
                [0, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0], "Missing or unknown Proxy-Wasm ABI version",
                "a component"
            ),
            ([0, 0x61, 0x73, 0x6D, 2, 0, 0, 0], "Failed to load Wasm bytecode", "another version"),
            (
                [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 1, 5, 1], "Failed to parse corrupted Wasm module",
                "cut within a section"
            ),
        ] as [([UInt8], String?, String)]
    )
    func quotations(bytes: [UInt8], consumerMessage: String?, why: String) throws {
        let findings = try inspection(bytes).findings(in: .envoy)
        #expect(findings.map(\.severity) == [.error], "\(why)")
        #expect(findings.map(\.consumerMessage) == [consumerMessage], "\(why)")
    }

    @Test func `checks the size of the tar that will contain the module`() throws {
        let module = try inspection(SampleModule.smallest)
        let size = SampleModule.smallest.count
        func ids(_ limit: Int) throws -> [String] {
            try PluginCheck(nil, module: module, for: [MeshAgent.istio], limit: limit).results[0]
                .moduleFindings
                .filter { $0.severity == .error }.map(\.id)
        }
        #expect(try ids(size + 1536) == [])
        #expect(try ids(size + 1535) == ["too-large"])
    }

    @Test func `a canceled check gives no findings, because they would be incomplete`() async throws {
        let module = try inspection(SampleModule.smallest)
        let task = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            // Higress's host functions are others than those that were checked when the module was read.
            return #expect(throws: Failure.self) { try module.findings(in: .higress) }?.code
        }
        #expect(await task.value == .interrupted)
    }

    @Test func `shows the module's findings for a consumer that does not run modules`() throws {
        let module = try inspection(SampleModule.preamble)
        let check = try PluginCheck(nil, module: module, for: [Wkg()])
        #expect(check.moduleFindings.first?.id == "missing-abi-marker")
    }
}
