import HTTPTransport

extension Response {
    /// The remaining quota of requests as text, from Docker Hub's header fields: `ratelimit-limit: 100;w=21600`,
    /// `ratelimit-remaining: 0;w=21600`.
    var quota: String? {
        guard let left = headers["RateLimit-Remaining"].flatMap(Self.quota) else { return nil }
        let limit = headers["RateLimit-Limit"].flatMap(Self.quota).map { " of \($0.count)" } ?? ""
        let window = left.window.map { " in \(Duration.seconds($0).formatted)" } ?? ""
        return "\(left.count)\(limit) requests\(window) are left"
    }

    private static func quota(_ text: String) -> (count: Int, window: Int?)? {
        let parts = text.split(separator: ";")
        guard let count = parts.first.flatMap({ Int($0) }), count >= 0 else { return nil }
        let window = parts.dropFirst().first { $0.hasPrefix("w=") }.flatMap { Int($0.dropFirst(2)) }
        return (count, window.flatMap { (1...31_536_000).contains($0) ? $0 : nil })
    }
}
