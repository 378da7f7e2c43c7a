import Testing

@testable import Registry

@Suite struct RegistryErrorBodyTests {
    static let table: [(body: String, summary: String, why: String)] = [
        (
            #"{"errors":[{"code":"DENIED","message":"no","detail":null}]}"#, #"403 DENIED "no""#,
            "the specification"
        ),
        (
            #"{"errors":[{"code":"A","message":"a"},{"code":"B","message":"b"}]}"#, #"403 A "a""#,
            "the first of two"
        ),
        (#"{"errors":[{"code":"DENIED"}]}"#, "403 DENIED", "no message"),
        (#"{"errors":[{"message":"no"}]}"#, #"403 "no""#, "no code"),
        (#"{"errors":[{"code":"","message":""}]}"#, "403", "both empty"),
        (#"{"errors":[]}"#, "403", "no errors"),
        (#"{"message":"toomanyrequests: slow down"}"#, #"403 "toomanyrequests: slow down""#, "Docker Hub's"),
        (
            #"{"details":"incorrect username or password"}"#, #"403 "incorrect username or password""#,
            "Hub's login"
        ),
        (
            #"{"error":"invalid_grant","error_description":"no"}"#, #"403 invalid_grant "no""#, "OAuth's"
        ),
        (#"{"error":{"code":1},"message":"no"}"#, #"403 "no""#, "one of another type, the other is read"),
        ("<html><body>Forbidden</body></html>", "403", "a web page says nothing"),
        (
            "<html>\r\n<head><title>413 Request Entity Too Large</title></head>",
            #"403 "413 Request Entity Too Large""#, "the title of a web page"
        ),
        (
            #"<?xml version="1.0"?><Error><Code>AccessDenied</Code><Message>Request has expired</Message></Error>"#,
            #"403 AccessDenied "Request has expired""#, "S3's"
        ),
        (
            "\u{FEFF}<?xml version='1.0'?><Error><Code>AuthenticationFailed</Code><Message>Server failed to\nauthenticate</Message>",
            #"403 AuthenticationFailed "Server failed to authenticate""#, "Azure's, with a byte order mark"
        ),
        ("<Error><Code>hush</Code>", "403 hush", "an unfinished one"),
        ("<Error><Code></Code></Error>", "403", "an empty one"),
        ("code: <Code>x</Code>", "403", "not markup"),
        ("", "403", "nothing"),
        ("null", "403", "null"),
        (#""no""#, "403", "a text"),
        ("[1,2]", "403", "a list"),
        (#"{"errors":{"code":"X"}}"#, "403", "another shape"),
        ("\u{0}\u{1}", "403", "bytes"),
        (String(repeating: "[", count: 60_000), "403", "a hostile depth"),
    ]

    @Test("finds the registry's message in all known forms", arguments: table)
    func reading(body: String, summary: String, why: String) {
        #expect(RegistryErrorBody(Array(body.utf8)).summary(status: 403) == summary, "\(why)")
    }

    @Test func `ignores a body that is not UTF-8`() {
        let bytes = Array(#"{"errors":[{"code":"A","message":""#.utf8) + [0xFF, 0xC3] + Array(#""}]}"#.utf8)
        #expect(RegistryErrorBody(bytes).summary(status: 500) == "500")
    }

    @Test func `withholds a message that contains a secret`() {
        let body = RegistryErrorBody(
            Array(#"{"errors":[{"code":"hush-1","message":"no \u0068ush-2 here"}]}"#.utf8),
            withholding: ["", "hush-1", "hush-2"]
        )
        #expect(!body.summary(status: 401).contains("hush"))
        #expect(body.summary(status: 401).contains("it contains a secret"))
    }

    @Test func `truncates a long message`() {
        let long = String(repeating: "x", count: 10_000)
        let body = RegistryErrorBody(Array(#"{"errors":[{"code":"\#(long)","message":"\#(long)"}]}"#.utf8))
        #expect((body.code?.utf8.count ?? 0) < 100)
        #expect((body.text?.utf8.count ?? 0) < 400)
    }
}
