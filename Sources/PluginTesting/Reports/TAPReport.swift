package import Diagnostics

/// The results as lines of the Test Anything Protocol, version 14.
package enum TAPReport {
    /// Returns the lines.
    package static func text(_ suites: [TestSuite]) -> String {
        let count = suites.reduce(0) { $0 + $1.results.count }
        var text = "TAP version 14\n1..\(count)\n"
        var number = 0
        for suite in suites {
            for result in suite.results {
                number += 1
                let name = description("\(result.name) (\(suite.file), Envoy \(suite.envoy))")
                text += "\(result.isPassed ? "ok" : "not ok") \(number) - \(name)\n"
                if !result.isPassed { text += diagnostic(result) }
            }
        }
        return text
    }

    /// Returns the lines of a run that could not begin, or did not finish.
    package static func bailOut(_ failure: Failure) -> String {
        let why = failure.why.map { ": \($0)" } ?? ""
        return "TAP version 14\nBail out! \(description(failure.message + why))\n"
    }

    private static func diagnostic(_ result: CaseResult) -> String {
        let lines = result.differences.map { "    - \($0.text.quotedForYAML)\n" }
        return "  ---\n  differences:\n" + lines.joined() + "  ...\n"
    }

    /// The text without characters that would begin a directive or a new line.
    private static func description(_ text: String) -> String {
        text.printable.replacing("\\", with: "\\\\").replacing("#", with: "\\#")
    }
}

extension String {
    /// The text as a quoted scalar of YAML, which is also JSON.
    fileprivate var quotedForYAML: String { CaseNode(value: .string(self), place: nil).json.printableJSON }
}
