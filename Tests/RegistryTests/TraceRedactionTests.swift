import Foundation
import HTTPTransport
import Testing

@testable import Registry

@Suite struct TraceRedactionTests {
    static let texts: [(text: String, shown: String, why: String)] = [
        (
            "https://r.example/v2/a/blobs/uploads/1?_state=hush&digest=sha256:1",
            "https://r.example/v2/a/blobs/uploads/1?_state=REDACTED&digest=sha256:1",
            "an upload's state may be signed"
        ),
        (
            "https://r.example/token?service=r&scope=repository:a:pull&account=me",
            "https://r.example/token?service=r&scope=repository:a:pull&account=me",
            "what a token is asked for"
        ),
        (
            "https://s3.example/b?X-Amz-Signature=hush&X-Amz-Date=1",
            "https://s3.example/b?X-Amz-Signature=REDACTED&X-Amz-Date=REDACTED", "a signed URL"
        ),
        ("https://s3.example/b?hush", "https://s3.example/b?REDACTED", "a query without names"),
        (
            "https://s3.example/b?a=1?sig=hush", "https://s3.example/b?a=REDACTED",
            "a question mark in a query"
        ),
        ("https://s3.example/b?n=1;sig=hush", "https://s3.example/b?n=REDACTED", "another separator"),
        ("https://s3.example/b?N=hush", "https://s3.example/b?N=REDACTED", "names are compared with case"),
        ("https://me:hush@r.example/a", "https://REDACTED@r.example/a", "a password in a URL"),
        (
            "https://me:hush@word@r.example/a?n=1", "https://REDACTED@r.example/a?n=1",
            "a password with an at sign"
        ),
        (
            #"{"url":"https://s3.example/b?n=1\u0026sig=hush"}"#,
            #"{"url":"https://s3.example/b?n=1&sig=REDACTED"}"#, "as Go writes JSON"
        ),
        (
            #"{"url":"https:\/\/s3.example\/b?sig=hush\/hush"}"#,
            #"{"url":"https:\/\/s3.example\/b?sig=REDACTED"}"#, "as PHP writes JSON"
        ),
        (
            #"Bearer realm="https://a.example/t?x=hush",service="r""#,
            #"Bearer realm="https://a.example/t?x=REDACTED",service="r""#, "within quotes"
        ),
        (
            "https://s3.example/b?rscd=a%3B%20filename*=UTF-8''p&X-Amz-Signature=hush",
            "https://s3.example/b?rscd=REDACTED&X-Amz-Signature=REDACTED",
            "an apostrophe is a part of a query"
        ),
        ("https://s3.example/b?n=1?sig=hush", "https://s3.example/b?n=REDACTED", "two question marks"),
        (
            #"{"url":"https:\/\/me:hush@r.example\/a"}"#, #"{"url":"https:\/\/REDACTED@r.example\/a"}"#,
            "a password as PHP writes JSON"
        ),
        (
            "see https://r.example/a?n=1#access_token=hush now", "see https://r.example/a?n=1#REDACTED now",
            "a fragment"
        ),
        (
            #""https:\/\/r.example\/a#hush","#, #""https:\/\/r.example\/a#REDACTED","#,
            "a fragment as PHP writes JSON"
        ),
        ("#1 of a&b", "#1 of a&b", "no fragment"),
        ("why? because", "why? because", "a question"),
        (
            "the token eyJhbGciOiJIUzI1NiJ9.eyJodXNoIjoxfQ.aHVzaA is bad", "the token eyJREDACTED is bad",
            "a JSON web token"
        ),
    ]

    @Test("redacts values in secret positions", arguments: texts)
    func text(text: String, shown: String, why: String) {
        #expect(TraceRedaction().text(text) == shown, "\(why)")
    }

    static let fields: [(name: String, value: String, shown: String)] = [
        ("Authorization", "Basic bWU6aHVzaA==", "Basic REDACTED"),
        ("authorization", "Bearer hush", "Bearer REDACTED"),
        ("Authorization", "hush", "REDACTED"),
        ("Authorization", "Digest response=hush", "REDACTED"),
        ("Proxy-Authorization", "Basic bWU6aHVzaA==", "Basic REDACTED"),
        ("Cookie", "session=hush", "REDACTED"),
        ("Set-Cookie", "session=hush; Path=/", "REDACTED"),
        ("X-Registry-Auth", "hush", "REDACTED"),
        ("X-Amz-Security-Token", "hush", "REDACTED"),
        ("X-Api-Key", "hush", "REDACTED"),
        ("Location", "/v2/a/blobs/uploads/1?_state=hush", "/v2/a/blobs/uploads/1?_state=REDACTED"),
        (
            "Location", #"https://s3.example/b?a="<x>' y&X-Amz-Signature=hush"#,
            "https://s3.example/b?a=REDACTED&X-Amz-Signature=REDACTED"
        ),
        ("Location", "https://me:hush@r.example/a#hush", "https://REDACTED@r.example/a#REDACTED"),
        ("Location", "/a?n=1&last=b", "/a?n=1&last=b"),
        ("Docker-Distribution-Api-Version", "registry/2.0", "registry/2.0"),
        ("Link", "</v2/a/tags/list?n=1&last=b>; rel=next", "</v2/a/tags/list?n=1&last=b>; rel=next"),
        (
            "WWW-Authenticate", #"Bearer realm="https://a.example/t",service="r""#,
            #"Bearer realm="https://a.example/t",service="r""#
        ),
        ("Docker-Content-Digest", "sha256:1", "sha256:1"),
    ]

    @Test("shows the name of a secret header field without its value", arguments: fields)
    func field(name: String, value: String, shown: String) throws {
        let headers: HeaderFields = [name: value]
        #expect(TraceRedaction().value(of: try #require(headers.fields.first)) == shown)
    }

    static let sentFields: [(name: String, value: String, shown: String)] = [
        ("Accept", "application/json", "application/json"),
        ("Range", "bytes=5-", "bytes=5-"),
        ("Authorization", "Basic bWU6aHVzaA==", "Basic REDACTED"),
        ("Authorization", "Digest hush", "REDACTED"),
        ("X-Company", "hush-company", "REDACTED"),
        ("X-Company", "hush REDACTED hush", "REDACTED"),
    ]

    @Test("shows only the request's header fields that this program sets", arguments: sentFields)
    func sentField(name: String, value: String, shown: String) throws {
        let headers: HeaderFields = [name: value]
        #expect(TraceRedaction().sentValue(of: try #require(headers.fields.first)) == shown)
    }

    @Test func `redacts a sent secret that a server repeats`() throws {
        let redaction = TraceRedaction()
        let url = try HTTPURL(parsing: "https://r.example/v2/")
        redaction.learn(
            from: Request(method: .get, url: url, headers: ["Authorization": "Basic bWU6aHVzaC1iYXNpYw=="])
        )
        redaction.learn(
            from: Request(method: .get, url: url, headers: ["Authorization": "Bearer hush-bearer"])
        )
        redaction.learn(
            from: Request(
                method: .post,
                url: url,
                headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: .bytes(
                    Array(
                        "grant_type=password&username=me&password=hush%2Fform+x&refresh_token=hush-refresh"
                            .utf8
                    )
                )
            )
        )
        redaction.learn(from: Request(method: .get, url: url, headers: ["X-Company": "hush-company"]))
        redaction.learn(from: Response(status: 200, headers: ["Set-Cookie": "id=hush-cookie; Path=/"]))
        for secret in [
            "bWU6aHVzaC1iYXNpYw==", "hush-basic", "hush-bearer", "hush%2Fform+x", "hush/form x",
            "hush-refresh",
            "hush-cookie", "hush-company",
        ] {
            #expect(redaction.text("you said \(secret)!") == "you said REDACTED!", "\(secret)")
        }
        #expect(redaction.text("a user called me") == "a user called me")
    }

    private static func knowing(_ passwords: String...) throws -> TraceRedaction {
        let redaction = TraceRedaction()
        for password in passwords {
            let encoded = Data("me:\(password)".utf8).base64EncodedString()
            redaction.learn(
                from: Request(
                    method: .get,
                    url: try HTTPURL(parsing: "https://r.example/v2/"),
                    headers: ["Authorization": "Basic \(encoded)"]
                )
            )
        }
        return redaction
    }

    @Test func `redacts a whole secret that looks like a query`() throws {
        let redaction = try Self.knowing("hush?hush&hush")
        #expect(redaction.text("not hush?hush&hush, you") == "not REDACTED, you")
    }

    @Test func `redacts the longer of two secrets first`() throws {
        let redaction = try Self.knowing("hush-", "hush-and-more", "hush-and")
        #expect(redaction.text("hush-and-more hush-and") == "REDACTED REDACTED")
    }

    static let spellings: [(spelling: String, why: String)] = [
        (#"hush"<é/\&x y"#, "as it is"),
        (#"hush\"<é/\\&x y"#, "JSON"),
        (#"hush\"\u003cé/\\\u0026x y"#, "Go's JSON"),
        (#"hush\"<\u00e9/\\&x y"#, "Python's JSON"),
        (#"hush\"<\u00e9\/\\&x y"#, "PHP's JSON"),
        ("hush%22%3C%C3%A9%2F%5C%26x%20y", "in a URL"),
        ("hush%22%3c%c3%a9%2f%5c%26x+y", "in a form"),
        ("hush%22%3C%C3%A9%2F%5C&x%20y", "in Go's path"),
    ]

    @Test("redacts a secret that is encoded for JSON or URLs", arguments: spellings)
    func spelling(spelling: String, why: String) throws {
        let redaction = try Self.knowing(#"hush"<é/\&x y"#)
        #expect(redaction.text("you said \(spelling)!") == "you said REDACTED!", "\(why)")
    }
}
