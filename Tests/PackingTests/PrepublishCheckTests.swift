import Diagnostics
import HostSystem
import Packing
import Storage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct PrepublishCheckTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func check(_ bytes: [UInt8], as format: ImageFormat) throws -> PrepublishCheck? {
        let path = scratch.appending("module.wasm")
        try TemporaryFile.write(bytes, to: path)
        return try PrepublishCheck.ofModule(at: path, as: format)
    }

    /// A complete module without an ABI marker, which no proxy loads.
    private static let unmarked = SampleModule.preamble

    @Test func `rejects a module that all proxies reject, but not in a format that is not for proxies`()
        throws
    {
        let good = try check(SampleModule.smallest, as: .image)
        #expect(good?.rejection == nil)
        #expect(good?.results.map(\.consumer.name) == ["istio", "envoy-gateway", "higress"])
        let bad = try check(Self.unmarked, as: .image)
        #expect(bad?.rejection?.code == .checkFailed)
        let other = try check(Self.unmarked, as: .wasm)
        #expect(other?.rejection == nil)
        #expect(other?.results.isEmpty == true)
        #expect(other?.warnings.isEmpty == false)
    }

    @Test func `rejects an image without a module`() async throws {
        let store = InMemoryStore()
        let root = try await MadeImage(Tar.entry("readme", [1]) + Tar.end)
            .stored(in: store)
        let check = try await PrepublishCheck.ofImage(
            root,
            in: store,
            called: "the image",
            spoolingIn: scratch.path
        )
        #expect(check.rejection?.code == .checkFailed)
        #expect(check.module == nil)
    }
}
