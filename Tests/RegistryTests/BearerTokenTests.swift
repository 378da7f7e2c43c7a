import Diagnostics
import Foundation
import OCI
import Testing

@testable import Registry

@Suite struct BearerTokenTests {
    static let lifetimes: [(json: String, seconds: Double, why: String)] = [
        ("", 55, "absent: 60, as the specification says, less a margin"),
        (#","expires_in":0"#, 55, "zero"),
        (#","expires_in":-5"#, 55, "negative"),
        (#","expires_in":30"#, 55, "below the least that the specification allows"),
        (#","expires_in":300"#, 295, "the usual"),
        (#","expires_in":300.5"#, 295.5, "not whole"),
        (#","expires_in":999999999"#, 86395, "a year: renewed once a day"),
        (#","expires_in":9223372036854775807"#, 86395, "2^63 - 1"),
        (#","expires_in":9223372036854775808"#, 86395, "2^63"),
        (#","expires_in":1e300"#, 86395, "more than that"),
        (#","expires_in":null"#, 55, "null"),
        (#","expires_in":"300""#, 55, "a text is not a number, and the token remains valid"),
        (#","expires_in":300,"issued_at":"1999-01-01T00:00:00Z""#, 295, "no other clock has to be right"),
        (#","expires_in":300,"issued_at":"2999-01-01T00:00:00Z""#, 295, "be it early or late"),
        (#","expires_in":300,"issued_at":7"#, 295, "whatever it says"),
    ]

    @Test("limits the lifetime to a minimum and a maximum", arguments: lifetimes)
    func lifetime(json: String, seconds: Double, why: String) throws {
        let now = ContinuousClock.now
        let token = try BearerToken(answer: Array(#"{"token":"t"\#(json)}"#.utf8), from: "r", now: now)
        #expect(now.duration(to: token.end) == .seconds(seconds), "\(why)")
        #expect(token.isFresh)
    }

    @Test func `does not use a token shortly before it expires`() throws {
        let past = ContinuousClock.now - .seconds(56)
        let token = try BearerToken(
            answer: Array(#"{"token":"t","expires_in":60}"#.utf8),
            from: "r",
            now: past
        )
        #expect(!token.isFresh)
    }

    static let texts: [(json: String, token: String, why: String)] = [
        (#"{"token":"a"}"#, "a", "distribution's name"),
        (#"{"access_token":"b"}"#, "b", "OAuth's name"),
        (#"{"token":"a","access_token":"b"}"#, "a", "both: the older"),
        (#"{"token":"","access_token":"b"}"#, "b", "an empty token is missing"),
        (#"{"token":"a","refresh_token":"r","more":[]}"#, "a", "whatever else there is"),
    ]

    @Test("reads token and access_token", arguments: texts)
    func text(json: String, token: String, why: String) throws {
        #expect(try BearerToken(answer: Array(json.utf8), from: "r").text == token, "\(why)")
    }

    static let rejected: [(json: String, why: String)] = [
        ("", "nothing"), ("<html>hush</html>", "a web page"), (#"["hush"]"#, "a list"),
        (#"{"hush":"hush"}"#, "no token"), (#"{"token":null,"refresh_token":"hush"}"#, "null"),
        (#"{"token":{"hush":1}}"#, "an object"), (#"{"token":"hush","token":"x"}"#, "two"),
        (#"{"token":"hush\r\nX-Evil: 1"}"#, "a line end"), (#"{"token":"hush \u00e9"}"#, "no ASCII"),
        (#"{"token":7,"access_token":"hush"}"#, "a number"),
        (#"{"token":"","access_token":""}"#, "both empty"),
    ]

    @Test("rejects a response without a token and does not quote it", arguments: rejected)
    func rejection(json: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") {
            try BearerToken(answer: Array(json.utf8), from: "https://auth.example/t")
        }
        #expect(failure?.code == .protocolViolation)
        #expect(failure?.description.contains("auth.example") == true)
        #expect(failure?.description.contains("hush") == false)
    }

    static let claims: [(payload: String, granted: String?, why: String)] = [
        (#"{"access":[{"type":"repository","name":"t/p","actions":["pull"]}]}"#, "pull", "less than asked"),
        (
            #"{"access":[{"type":"repository","name":"t/q","actions":["pull"]}]}"#, "nothing",
            "only of something else"
        ),
        (#"{"access":[]}"#, "nothing", "an empty list"),
        (#"{"sub":"ci"}"#, nil, "no such claim"),
        (#"{"access":"pull"}"#, nil, "another type"),
        ("no JSON", nil, "no JSON"),
    ]

    @Test("reads the granted actions of a JWT for messages", arguments: claims)
    func claim(payload: String, granted: String?, why: String) throws {
        let scope = Scope(try RepositoryName(parsing: "t/p"), .push)
        let encoded = Data(payload.utf8).base64EncodedString().replacing("+", with: "-").replacing(
            "/",
            with: "_"
        )
        .replacing("=", with: "")
        let token = try BearerToken(answer: Array(#"{"token":"e30.\#(encoded).c2ln"}"#.utf8), from: "r")
        #expect(token.granted(of: scope) == granted, "\(why)")
        #expect(token.granted(of: .none) == nil)
        let opaque = try BearerToken(answer: Array(#"{"token":"\#(encoded)"}"#.utf8), from: "r")
        #expect(opaque.granted(of: scope) == nil)
    }

    @Test func `descriptions do not contain the token`() throws {
        let token = try BearerToken(answer: Array(#"{"token":"hush"}"#.utf8), from: "r")
        expectNoSecret("hush", in: token)
    }
}
