public import Diagnostics

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The one moment that an image carries: in its tar, its config and its history.
public struct Timestamp: Sendable, Hashable {
    /// 1970-01-01T00:00:00Z, unless somebody says otherwise: the same input gives the same digest on any day.
    public static let epoch = Timestamp(trusted: 0)

    /// The latest moment that a ustar header can hold, in seconds since 1970 (in the year 2242).
    private static let latest: Int64 = 0o77777777777

    /// Seconds since 1970-01-01T00:00:00Z.
    public let seconds: Int64

    private init(trusted seconds: Int64) { self.seconds = seconds }

    /// Reads seconds since 1970, as `SOURCE_DATE_EPOCH` has them, or a moment as RFC 3339 writes it.
    ///
    /// Throws ``Failure/Code/usage``; `origin` names where the text stands.
    public init(parsing text: String, from origin: String) throws(Failure) {
        let parsed =
            Int64(text)
            ?? (try? Date.ISO8601FormatStyle().parse(text)).map { Int64($0.timeIntervalSince1970) }
        guard let parsed, (0...Self.latest).contains(parsed) else {
            throw Failure(
                .usage,
                "\(origin): \"\(text.truncated(to: 80))\" is not a time",
                why: "it has to be seconds since 1970, or like 2026-01-31T12:00:00Z, from 1970 to 2242",
                try: ["\(origin)=$(git log -1 --format=%ct)"]
            )
        }
        seconds = parsed
    }

    /// The moment as RFC 3339 writes it, in UTC.
    public var text: String { Date(timeIntervalSince1970: TimeInterval(seconds)).formatted(.iso8601) }
}
