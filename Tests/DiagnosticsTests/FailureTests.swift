import Diagnostics
import Testing

@Suite struct FailureTests {
    @Test func `a report has separate lines for failure, cause and remedies`() {
        let failure = Failure(
            .tagInvalid,
            "tag \"a+b\" is not allowed",
            why: "\"+\" at character 2",
            try: ["a-b", "or another name"]
        )
        #expect(
            failure.description == """
                error[tag-invalid]: tag "a+b" is not allowed
                  why: "+" at character 2
                  try: a-b
                       or another name
                """
        )
    }

    @Test func `a failure with another message keeps its cause and response`() {
        struct Cause: Error, Equatable {}
        let http = Failure.HTTPAnswer(status: 403, code: "DENIED", url: "https://r.example/v2/")
        let failure = Failure(.serverFailed, "m", why: "w", try: ["h"], http: http, cause: Cause())
        for changed in [
            failure.with(code: .rateLimited, message: "M", why: "W", try: []), failure.with(),
            failure.trying("x"), failure.adding(why: "x"),
        ] {
            #expect(changed.cause as? Cause == Cause())
            #expect(changed.http == http)
        }
        let changed = failure.with(code: .rateLimited, message: "M", try: [])
        #expect(changed.code == .rateLimited)
        #expect(changed.message == "M")
        #expect(changed.why == "w")
        #expect(changed.hints == [])
        #expect(failure.with().hints == ["h"])
        #expect(failure.trying("x").hints == ["h", "x"])
        #expect(failure.adding(why: "x").why == "w; x")
    }

    @Test func `escapes control characters from a registry`() {
        let hostile = "\u{1B}]52;c;aGk=\u{07}\u{9B}2J\u{202E}evil\r\n"
        let text = Failure(.serverFailed, hostile, why: hostile, try: [hostile]).description
        #expect(!text.contains("\u{1B}"))
        #expect(!text.contains("\u{07}"))
        #expect(!text.contains("\u{9B}"))
        #expect(!text.contains("\u{202E}"))
        #expect(!text.contains("\r"))
        #expect(text.split(separator: "\n").count == 3)
    }

    @Test(
        "exit statuses are those of sysexits.h",
        arguments: [
            (Failure.Code.usage, 64), (.notWasm, 65), (.fileMissing, 66), (.connectionRefused, 69),
            (.internalError, 70), (.diskFull, 74), (.rateLimited, 75), (.plainHTTP, 76),
            (.authenticationRejected, 77), (.configurationInvalid, 78), (.fileExists, 1), (.interrupted, 130),
        ]
    )
    func statuses(code: Failure.Code, status: Int) {
        #expect(code.exitStatus.rawValue == Int32(status))
    }

    @Test func `prints text without control characters unchanged`() {
        #expect("grüße/日本 ✓".printable == "grüße/日本 ✓")
        #expect("abcdef".truncated(to: 3) == "abc…")
        #expect("abc".truncated(to: 3) == "abc")
    }
}
