import HTTPTransport

extension Response {
    /// How long the server wants to be left alone, if it says so (RFC 9110 §10.2.3): in seconds, or until a date.
    ///
    /// A date is compared with the server's own clock, if it tells the time. One in the past is now.
    var retryAfter: Duration? {
        guard let text = headers["Retry-After"] else { return nil }
        // More than thirty years are as good as thirty.
        if let seconds = Int(text) { return seconds >= 0 ? .seconds(min(seconds, 1_000_000_000)) : nil }
        guard let date = HTTPDate(text) else { return nil }
        return date.since(headers["Date"].flatMap(HTTPDate.init) ?? .now)
    }
}
