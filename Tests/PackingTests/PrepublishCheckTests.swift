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

    /// A whole module without the marker of an interface, which no proxy loads.
    private static let unmarked = SampleModule.preamble

    @Test func `a module that all proxies reject is refused, but not in the format that is not for them`()
        throws
    {
        let good = try check(SampleModule.smallest, as: .image)
        #expect(good?.refusal == nil)
        #expect(good?.answers.map(\.consumer.name) == ["istio", "envoy-gateway", "higress"])
        let bad = try check(Self.unmarked, as: .image)
        #expect(bad?.refusal?.code == .checkFailed)
        let other = try check(Self.unmarked, as: .wasm)
        #expect(other?.refusal == nil)
        #expect(other?.answers.isEmpty == true)
        #expect(other?.warnings.isEmpty == false)
    }

    @Test func `an image without a module is refused`() async throws {
        let store = InMemoryStore()
        let root = try await MadeImage(Tar.entry("readme", [1]) + Tar.end)
            .stored(in: store)
        let check = try await PrepublishCheck.ofImage(
            root,
            in: store,
            called: "the image",
            spoolingIn: scratch.path
        )
        #expect(check.refusal?.code == .checkFailed)
        #expect(check.module == nil)
    }
}
