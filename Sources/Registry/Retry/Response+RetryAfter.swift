import HTTPTransport

extension Response {
    /// The value of `Retry-After` (RFC 9110 §10.2.3): seconds, or the time until a date.
    ///
    /// A date is compared with the response's `Date`, or else with this machine's clock. A date in the past means zero.
    var retryAfter: Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        // Capped at about thirty years, to avoid overflow.
        if let seconds = Int(text) { return seconds >= 0 ? .seconds(min(seconds, 1_000_000_000)) : nil }
        guard let date = HTTPDate(text) else { return nil }
        return date.since(headers["Date"].flatMap(HTTPDate.init) ?? .now)
    }
}
