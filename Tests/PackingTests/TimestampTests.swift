import Diagnostics
import Packing
import Testing

@Suite struct TimestampTests {
    static let read: [(text: String, seconds: Int64, shown: String, why: String)] = [
        ("0", 0, "1970-01-01T00:00:00Z", "the epoch"),
        ("1700000000", 1_700_000_000, "2023-11-14T22:13:20Z", "as printed by git log --format=%ct"),
        ("8589934591", 8_589_934_591, "2242-03-16T12:56:31Z", "the last second of a ustar header"),
        ("1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z", "the epoch by name"),
        ("2023-11-14T22:13:20Z", 1_700_000_000, "2023-11-14T22:13:20Z", "in UTC"),
        ("2023-11-14T23:13:20+01:00", 1_700_000_000, "2023-11-14T22:13:20Z", "east of Greenwich"),
        ("2023-11-14T14:13:20-08:00", 1_700_000_000, "2023-11-14T22:13:20Z", "west of it"),
        ("2024-02-29T00:00:00Z", 1_709_164_800, "2024-02-29T00:00:00Z", "a leap day"),
    ]

    @Test("parses both forms and formats in UTC", arguments: read)
    func reading(text: String, seconds: Int64, shown: String, why: String) throws {
        let timestamp = try Timestamp(parsing: text, from: "SOURCE_DATE_EPOCH")
        #expect(timestamp.seconds == seconds, "\(why)")
        #expect(timestamp.text == shown, "\(why)")
    }

    static let rejected: [(text: String, why: String)] = [
        ("", "nothing"),
        ("-1", "before 1970"),
        ("1969-12-31T23:59:59Z", "before 1970"),
        ("1970-01-01T00:00:00+01:00", "before 1970 in UTC"),
        ("8589934592", "one second too late for ustar"),
        ("2300-01-01T00:00:00Z", "too late for ustar"),
        ("9223372036854775808", "more than any clock counts"),
        ("1e9", "a number in another form"),
        ("1.5", "half a second"),
        (" 1", "a space before"),
        ("1 ", "a space after"),
        ("+1", "a sign"),
        ("now", "a word"),
        ("2023-11-14", "a day"),
        ("2023-11-14T22:13:20", "no time zone"),
        ("2023-11-14 22:13:20Z", "a space for the T"),
        ("2023-13-01T00:00:00Z", "a thirteenth month"),
        ("2023-02-30T00:00:00Z", "a day that February has not"),
        ("2023-11-14T25:13:20Z", "a twenty-fifth hour"),
        ("2023-11-14T22:13:60Z", "a second that no clock here counts"),
        ("2023-11-14T22:13:20.5Z", "half a second"),
        ("2023-11-14T22:13:20+0100", "an offset in another form"),
        ("2023-11-14T22:13:20+24:00", "an offset of a day"),
        ("2023-11-14T22:13:20++1:00", "a sign within the offset"),
        ("2023-11-14T22:13:20x01:00", "another sign"),
        ("2023-11-14T22:13:20Zx", "trailing text"),
        ("2023-11-14T22:13:20Z2023-11-14T22:13:20Z", "twice"),
    ]

    @Test("rejects a time that an image cannot hold", arguments: rejected)
    func rejection(text: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") {
            try Timestamp(parsing: text, from: "SOURCE_DATE_EPOCH")
        }
        #expect(failure?.code == .usage, "\(why)")
        #expect(failure?.message.hasPrefix("SOURCE_DATE_EPOCH: ") == true, "\(why)")
    }

    @Test func `truncates a long text in the message`() {
        let long = String(repeating: "x", count: 10_000)
        let failure = #expect(throws: Failure.self) { try Timestamp(parsing: long, from: "--created") }
        #expect((failure?.description.utf8.count ?? 0) < 1024)
    }
}
