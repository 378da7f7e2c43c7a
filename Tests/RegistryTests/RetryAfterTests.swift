import HTTPTransport
import Testing

@testable import Registry

@Suite struct RetryAfterTests {
    /// The date of the answer.
    static let date = "Sun, 06 Nov 1994 08:49:00 GMT"

    static let fields: [(value: String, pause: Duration?, why: String)] = [
        ("1", .seconds(1), "seconds"), ("0", .zero, "at once"), ("99999", .seconds(99999), "long"),
        ("9223372036854775807", .seconds(1_000_000_000), "longer than anybody counts"),
        ("99999999999999999999", nil, "more than fits"), ("-1", nil, "before now"),
        ("soon", nil, "no number"),
        ("", nil, "empty"), ("1.5", nil, "not whole"), ("37 s", nil, "a unit"),
        ("2030", .seconds(2030), "no year"),
        ("Sun, 06 Nov 1994 08:49:37 GMT", .seconds(37), "RFC 5322's form"),
        ("Sunday, 06-Nov-94 08:49:37 GMT", .seconds(37), "RFC 850's form"),
        ("Sun Nov  6 08:49:37 1994", .seconds(37), "asctime's form"),
        ("Sun, 06 Nov 1994 08:48:00 GMT", .zero, "in the past: now"),
        ("Sun, 99 Nov 1994 08:49:37 GMT", nil, "no such day"), ("Sun", nil, "a day alone"),
        ("Sunny", nil, "no date"), ("06 Nov 1994 08:49:37 GMT", nil, "none of the three forms"),
    ]

    @Test("accepts seconds or a date in Retry-After and ignores other values", arguments: fields)
    func retryAfter(value: String, pause: Duration?, why: String) {
        let response = Response(status: 429, headers: ["Retry-After": value, "Date": Self.date])
        #expect(response.retryAfter == pause, "\(why)")
    }

    @Test func `compares a date with this machine's clock if there is no Date field`() throws {
        let headers: HeaderFields = ["Retry-After": Self.date, "Date": "noon"]
        #expect(Response(status: 503, headers: headers).retryAfter == .zero)
        let far = Response(status: 503, headers: ["Retry-After": "Fri, 31 Dec 2200 23:59:59 GMT"])
        #expect(try #require(far.retryAfter) > .seconds(86400))
    }

    static let quotas: [(limit: String?, remaining: String?, words: String?)] = [
        ("100;w=21600", "0;w=21600", "0 of 100 requests in 6 h are left"),
        ("100", "0", "0 of 100 requests are left"),
        (nil, "3;w=60", "3 requests in 60 s are left"), ("x", "1;w=x", "1 requests are left"),
        ("100;w=21600", nil, nil), ("100", "", nil), ("100", "-1", nil),
        (nil, "1;w=-5", "1 requests are left"),
        (nil, "\u{1B}[2J", nil),
    ]

    @Test("describes the remaining quota from the registry's header fields", arguments: quotas)
    func quota(limit: String?, remaining: String?, words: String?) {
        var headers: HeaderFields = [:]
        if let limit { headers.add("ratelimit-limit", limit) }
        if let remaining { headers.add("ratelimit-remaining", remaining) }
        #expect(Response(status: 429, headers: headers).quota == words)
    }
}
