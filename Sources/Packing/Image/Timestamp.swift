package import Diagnostics

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The creation time of an image, used in its tar, its config and its history.
package struct Timestamp: Sendable, Hashable {
    /// 1970-01-01T00:00:00Z, the default: the same input gives the same digest on any day.
    package static let epoch = Timestamp(trusted: 0)

    /// The latest time that a ustar header can hold, in seconds since 1970 (in the year 2242).
    private static let latest: Int64 = 0o77777777777

    /// Seconds since 1970-01-01T00:00:00Z.
    package let seconds: Int64

    private init(trusted seconds: Int64) { self.seconds = seconds }

    /// Parses seconds since 1970, as in `SOURCE_DATE_EPOCH`, or an RFC 3339 time.
    ///
    /// Throws ``Failure/Code/usage``; `origin` names the variable or option with the text.
    package init(parsing text: String, from origin: String) throws(Failure) {
        let parsed = Self.isDigits(text) ? Int64(text) : Self.seconds(ofRFC3339: text)
        guard let parsed, (0...Self.latest).contains(parsed) else {
            throw Failure(
                .usage,
                "\(origin): \"\(text.truncated(to: 80))\" is not a time",
                why: "the format is seconds since 1970 or 2026-01-31T12:00:00Z, from 1970 to 2242",
                try: ["\(origin)=$(git log -1 --format=%ct)"]
            )
        }
        seconds = parsed
    }

    /// The time in RFC 3339 notation, in UTC.
    package var text: String { Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601) }

    /// Parses `2026-01-31T12:00:00` with `Z` or an offset such as `+01:00`; `nil` for anything else.
    private static func seconds(ofRFC3339 text: String) -> Int64? {
        let local = text.prefix(19) + "Z"
        // The parser reads February 30 as March 2 and ignores trailing text, so the result is formatted and compared.
        guard let date = try? Date.ISO8601FormatStyle().parse(String(local)),
            date.formatted(.iso8601) == local,
            let offset = offset(text.dropFirst(19))
        else { return nil }
        return Int64(date.timeIntervalSince1970) - offset
    }

    /// Parses the offset of a local time from UTC, in seconds.
    private static func offset(_ text: Substring) -> Int64? {
        if text == "Z" { return 0 }
        let parts = text.dropFirst().split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 2, parts.allSatisfy({ $0.utf8.count == 2 && isDigits($0) }),
            let hours = UInt8(parts[0]), let minutes = UInt8(parts[1]), hours < 24, minutes < 60
        else { return nil }
        let seconds = Int64(hours) * 3600 + Int64(minutes) * 60
        return switch text.first {
        case "+": seconds
        case "-": -seconds
        default: nil
        }
    }

    private static func isDigits(_ text: some StringProtocol) -> Bool {
        text.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
