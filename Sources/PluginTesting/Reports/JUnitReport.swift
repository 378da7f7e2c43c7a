import EnvoyRunner

/// The results of a file in one Envoy.
package struct TestSuite: Sendable {
    /// The test file.
    package let file: String
    /// The version of Envoy.
    package let envoy: String
    /// The results, in the order of the cases.
    package let results: [CaseResult]

    /// Creates a suite.
    package init(file: String, envoy: String, results: [CaseResult]) {
        self.file = file
        self.envoy = envoy
        self.results = results
    }

    /// The number of failed cases.
    package var failureCount: Int { results.count { !$0.isPassed } }
}

/// The results as JUnit's XML, which CI systems read.
package enum JUnitReport {
    /// Returns the document.
    package static func text(_ suites: [TestSuite]) -> String {
        let cases = suites.flatMap(\.results)
        var text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
        text += "<testsuites name=\"wasmpack\" tests=\"\(cases.count)\" "
        text += "failures=\"\(cases.count { !$0.isPassed })\" time=\"\(seconds(cases))\">\n"
        for suite in suites {
            let name = "\(suite.file) (Envoy \(suite.envoy))"
            text += "  <testsuite name=\"\(escaped(name))\" tests=\"\(suite.results.count)\" "
            text +=
                "failures=\"\(suite.failureCount)\" errors=\"0\" skipped=\"0\" time=\"\(seconds(suite.results))\">\n"
            for result in suite.results { text += testCase(result, in: name, file: suite.file) }
            text += "  </testsuite>\n"
        }
        return text + "</testsuites>\n"
    }

    private static func testCase(_ result: CaseResult, in suite: String, file: String) -> String {
        var text = "    <testcase name=\"\(escaped(result.name))\" classname=\"\(escaped(suite))\" "
        text += "file=\"\(escaped(file))\" time=\"\(seconds([result]))\""
        guard let first = result.differences.first else { return text + "/>\n" }
        text += ">\n      <failure message=\"\(escaped(first.text))\">"
        text += escaped(result.differences.map(\.text).joined(separator: "\n")) + "</failure>\n"
        if !result.log.isEmpty {
            let lines = result.log.map { "\($0.level) \($0.message)" }
            text += "      <system-out>\(escaped(lines.joined(separator: "\n")))</system-out>\n"
        }
        return text + "    </testcase>\n"
    }

    private static func seconds(_ results: [CaseResult]) -> String {
        let total = results.reduce(Duration.zero) { $0 + $1.duration } / .milliseconds(1)
        return "\((total).rounded() / 1000)"
    }

    /// The text with XML's escapes; characters that XML 1.0 does not allow are replaced (XML 1.0, section 2.2).
    static func escaped(_ text: String) -> String {
        var result = ""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "\n": result += "&#10;"
            case "\t": result += "&#9;"
            case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{FFFE}", "\u{FFFF}": result += "\u{FFFD}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
