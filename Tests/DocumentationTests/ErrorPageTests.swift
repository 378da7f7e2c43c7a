import Diagnostics
import Testing

/// docs/reference/errors.md is generated from the error codes; `WASMPACK_RECORD=1` writes it again.
struct ErrorPageTests {
    /// The generated part of the page: a section for each code, by exit status.
    private static var page: String {
        let codes = Failure.Code.allCases.enumerated().sorted {
            ($0.element.exitStatus.rawValue, $0.offset) < ($1.element.exitStatus.rawValue, $1.offset)
        }
        let rows = codes.map { _, code in
            let explanation = code.explanation
            let cells = [
                "`\(code.rawValue)`", explanation.message, explanation.why, explanation.remedy,
                "\(code.exitStatus.rawValue)",
            ]
            return "| " + cells.map { $0.replacing("|", with: "\\|") }.joined(separator: " | ") + " |"
        }
        return (["| code | message | why | try | exit status |", "| --- | --- | --- | --- | --- |"] + rows)
            .joined(separator: "\n") + "\n"
    }

    @Test func `the page lists each error code`() throws {
        try ReferencePageTests.compare(Self.page, with: "docs/reference/errors.md")
    }

    @Test("each code has an explanation for itself", arguments: Failure.Code.allCases)
    func explained(code: Failure.Code) {
        let explanation = code.explanation
        for text in [explanation.message, explanation.why, explanation.remedy] {
            #expect(!text.isEmpty)
            #expect(!text.hasSuffix("."), "\(text)")
        }
        // The three signals share their explanation.
        guard code.exitStatus.rawValue < 128 else { return }
        let others = Failure.Code.allCases.filter {
            $0 != code && $0.explanation.message == explanation.message
        }
        #expect(others.isEmpty, "\(code) and \(others)")
    }
}
