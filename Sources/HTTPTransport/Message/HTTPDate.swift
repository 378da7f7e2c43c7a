import CCurl

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// A moment as a header field names it (RFC 9110 §5.6.7).
package struct HTTPDate: Sendable, Hashable {
    private static let days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    /// How many seconds after the beginning of 1970 it is.
    package let seconds: Int

    /// This moment, as the machine's clock has it.
    package static var now: HTTPDate { HTTPDate(seconds: time(nil)) }

    private init(seconds: Int) { self.seconds = seconds }

    /// Reads a date in one of the three forms; `nil` for anything else.
    package init?(_ text: String) {
        // libcurl makes a date of nearly anything; all three forms begin with the day.
        guard Self.days.contains(where: text.hasPrefix) else { return nil }
        let seconds = curl_getdate(text, nil)
        guard seconds >= 0 else { return nil }
        self.seconds = Int(seconds)
    }

    /// How long after another one it is; nothing if it is before that.
    package func since(_ other: HTTPDate) -> Duration { .seconds(max(0, seconds - other.seconds)) }
}
