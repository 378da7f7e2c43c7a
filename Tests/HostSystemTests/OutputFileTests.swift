import Diagnostics
import HostSystem
import SystemPackage
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5)))
struct OutputFileTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    private func commit(_ text: String, replacing: Bool) throws(Failure) -> OutputFile.Outcome {
        let file = try OutputFile(at: scratch.appending("result"))
        try Array(text.utf8).withUnsafeBytesTyped { bytes throws(Failure) in try file.write(bytes) }
        return try file.commit(replacing: replacing)
    }

    @Test func `replaces other content only if that is allowed`() throws {
        #expect(try commit("one", replacing: false) == .written)
        #expect(try commit("one", replacing: false) == .unchanged)
        for other in ["two", "longer"] {
            let failure = #expect(throws: Failure.self) { try commit(other, replacing: false) }
            #expect(failure?.code == .fileExists)
            #expect(try contents(of: scratch.appending("result")) == Array("one".utf8))
        }
        #expect(try commit("two", replacing: true) == .written)
        #expect(try contents(of: scratch.appending("result")) == Array("two".utf8))
        #expect(try tree(scratch.path) == ["result"])
    }
}
