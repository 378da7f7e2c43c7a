import Diagnostics
import Testing

@testable import Packing

@Suite struct DockerfileLinesTests {
    static let readRows: [(text: String, lines: [String], why: String)] = [
        ("FROM scratch\nADD a b\n", ["1 FROM scratch", "2 ADD a b"], "one instruction per line"),
        ("FROM scratch", ["1 FROM scratch"], "no final line end"),
        ("\r\nFROM scratch\r\nADD a b\r\n", ["2 FROM scratch", "3 ADD a b"], "CR LF"),
        ("\u{FEFF}FROM scratch", ["1 FROM scratch"], "a byte-order mark"),
        (
            "# one\n  # two\nFROM scratch # no comment", ["3 FROM scratch # no comment"],
            "comments are whole lines"
        ),
        ("  \t FROM scratch  ", ["1 FROM scratch"], "white space around it"),
        ("ADD a \\\n  b\nCMD x", ["1 ADD a   b", "3 CMD x"], "a continued line keeps its white space"),
        ("ADD a \\ \t\nb", ["1 ADD a b"], "white space after the escape"),
        ("ADD a \\\n# comment\n\n  b", ["1 ADD a   b"], "comments and empty lines within"),
        ("ADD a \\\\\nCMD b", ["1 ADD a \\\\", "2 CMD b"], "an escaped escape does not continue the line"),
        ("ADD a \\", ["1 ADD a"], "continued at the end of the file"),
        ("\\\n\\\nADD a", ["1 ADD a"], "only continuations first"),
        ("# escape=`\nADD a `\nb\\\nCMD c", ["2 ADD a b\\", "4 CMD c"], "another escape"),
        (
            "# comment\n# escape=`\nADD a `\nCMD b", ["3 ADD a `", "4 CMD b"],
            "a directive after a comment is a comment"
        ),
        ("#Escape = ` \nADD a `\nb", ["2 ADD a b"], "case and white space are ignored"),
        ("# unknown=1\n# escape=`\nADD a `\nCMD b", ["3 ADD a `", "4 CMD b"], "an unknown one is a comment"),
        ("# syntax=docker/dockerfile:1\n# check=skip=all\nFROM x", ["3 FROM x"], "syntax and check"),
        ("", [], "an empty file"),
    ]

    @Test("splits lines into instructions like BuildKit", arguments: readRows)
    func reading(text: String, lines: [String], why: String) throws {
        let read = try DockerfileLines(Array(text.utf8), of: "Dockerfile").lines
        #expect(read.map { "\($0.location.line) \($0.text)" } == lines, "\(why)")
    }

    /// The bytes, repeated `count` times: the report prints arguments, so a large file is built in the test.
    static let rejectedRows: [(bytes: [UInt8], count: Int, code: Failure.Code, phrase: String)] = [
        (
            Array("FROM scratch\nADD\0".utf8), 1, .dockerfileInvalid,
            "Dockerfile:2: the line contains a zero byte"
        ),
        ([0x46, 0xFF], 1, .dockerfileInvalid, "is not a Dockerfile"),
        ([0x20], Dockerfile.sizeLimit + 1, .dockerfileInvalid, "is not a Dockerfile"),
        (
            Array("# escape=x".utf8), 1, .dockerfileInvalid,
            "Dockerfile:1: the escape character \"x\" is not valid"
        ),
        (
            Array("# escape=\\\n# escape=`".utf8), 1, .dockerfileInvalid,
            "Dockerfile:2: the parser directive escape"
        ),
        (Array("# syntax=r2d4/mockerfile".utf8), 1, .dockerfileUnsupported, "Dockerfile:1: the syntax"),
    ]

    @Test("rejects binary files and invalid directives", arguments: rejectedRows)
    func rejection(bytes: [UInt8], count: Int, code: Failure.Code, phrase: String) {
        let file = Array(repeatElement(bytes, count: count).joined())
        let failure = #expect(throws: Failure.self) { try DockerfileLines(file, of: "Dockerfile") }
        #expect(failure?.code == code)
        #expect(failure?.message.contains(phrase) == true, "\(failure?.message ?? "")")
    }
}
