import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A date and time in a header field (RFC 9110 §5.6.7).
package struct HTTPDate: Sendable, Hashable {
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// The number of seconds since the beginning of 1970 (UTC).
    package let seconds: Int

    /// The current time of the machine's clock.
    package static var now: HTTPDate { HTTPDate(seconds: time(nil)) }

    private init(seconds: Int) { self.seconds = seconds }

    /// Reads a date in one of the three forms; `nil` for anything else.
    package init?(_ text: String) {
        // libcurl accepts nearly any text as a date; all three forms begin with the day.
        guard Self.days.contains(where: text.hasPrefix), CurlLibrary.isUsable else { return nil }
        let seconds = curl_getdate(text, nil)
        guard seconds >= 0 else { return nil }
        self.seconds = Int(seconds)
    }

    /// Returns the duration since another date; zero if that date is later.
    package func since(_ other: HTTPDate) -> Duration { .seconds(max(0, seconds - other.seconds)) }
}
