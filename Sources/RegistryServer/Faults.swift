package import Diagnostics
import HTTPServer
import Synchronization

/// A deliberate fault, for tests of clients: a status instead of the response to some requests.
package struct Fault: Sendable, Equatable {
    /// The method; `*` means any.
    package let method: String
    /// The path, in which `*` matches any text.
    package let pattern: String
    /// The status of the response.
    package let status: Int
    /// How many requests get it; `nil` for all.
    package let count: Int?

    /// Reads `METHOD PATH STATUS [COUNT]`; throws ``Failure/Code/usage``.
    package init(parsing text: String) throws(Failure) {
        let parts = text.split(separator: " ").map(String.init)
        let remedy = ["--fail 'PUT /v2/*/manifests/* 503 2'"]
        guard parts.count == 3 || parts.count == 4, parts[1].hasPrefix("/") || parts[1].hasPrefix("*") else {
            throw Failure(
                .usage,
                "\"\(text.truncated(to: 120))\" is not METHOD PATH STATUS [COUNT]",
                try: remedy
            )
        }
        guard let status = parts[2].wholeNumber, (400...599).contains(status) else {
            throw Failure(
                .usage,
                "\"\(parts[2].truncated(to: 20))\" is not a status from 400 to 599",
                try: remedy
            )
        }
        if parts.count == 4 {
            guard let count = parts[3].wholeNumber, count > 0 else {
                throw Failure(
                    .usage,
                    "\"\(parts[3].truncated(to: 20))\" is not a number of requests",
                    try: remedy
                )
            }
            self.count = count
        } else {
            count = nil
        }
        method = parts[0].uppercased()
        pattern = parts[1]
        self.status = status
    }

    func matches(_ request: ServerRequest) -> Bool {
        (method == "*" || method == request.method) && Self.matches(request.path.utf8[...], pattern.utf8[...])
    }

    /// Returns whether a text matches a pattern; the last `*` is widened first, so the time is at most quadratic.
    private static func matches(_ text: Substring.UTF8View, _ pattern: Substring.UTF8View) -> Bool {
        var text = text
        var pattern = pattern
        var retry: (text: Substring.UTF8View, pattern: Substring.UTF8View)?
        while let byte = text.first {
            if pattern.first == UInt8(ascii: "*") {
                pattern = pattern.dropFirst()
                retry = (text, pattern)
            } else if pattern.first == byte {
                text = text.dropFirst()
                pattern = pattern.dropFirst()
            } else if let last = retry {
                text = last.text.dropFirst()
                pattern = last.pattern
                retry = (text, pattern)
            } else {
                return false
            }
        }
        return pattern.allSatisfy { $0 == UInt8(ascii: "*") }
    }
}

/// The faults of a registry, and how often each has occurred.
final class FaultPlan: Sendable {
    private let faults: [Fault]
    private let counts: Mutex<[Int]>

    init(_ faults: [Fault]) {
        self.faults = faults
        counts = Mutex(Array(repeating: 0, count: faults.count))
    }

    /// Returns the status that a request gets instead of a response; `nil` for none.
    func status(for request: ServerRequest) -> Int? {
        for (position, fault) in faults.enumerated() where fault.matches(request) {
            let isDue = counts.withLock { counts in
                guard fault.count.map({ counts[position] < $0 }) ?? true else { return false }
                counts[position] += 1
                return true
            }
            if isDue { return fault.status }
        }
        return nil
    }
}

/// A deliberately slow transfer: a number of bytes per second, for each request.
package struct Pace: Sendable, Equatable {
    /// The pieces of a slow response are not larger, in bytes, so that it flows evenly.
    private static let pieceSize = 16 * 1024

    /// The bytes per second.
    package let rate: Int

    /// Creates a pace; the rate is at least 1.
    package init(rate: Int) { self.rate = max(1, rate) }

    /// Waits as long as a number of bytes takes, or until the task is canceled.
    func wait(for count: Int) async {
        try? await Task.sleep(for: .nanoseconds(Int(Double(count) / Double(rate) * 1e9)))
    }

    /// Returns the same body, at this pace.
    func slowed(_ body: ServerResponse.Body) -> ServerResponse.Body {
        .stream(length: body.length) { offset, count throws(Failure) in
            let count = min(count, Self.pieceSize)
            await wait(for: count)
            switch body {
            case .bytes(let bytes): return Array(bytes.dropFirst(offset).prefix(count))
            case .stream(_, let read): return try await read(offset, count)
            }
        }
    }
}

/// The body of a request, read at a pace.
struct PacedBody: PieceReader {
    private let body: RequestBody
    private let pace: Pace?

    init(_ body: RequestBody, _ pace: Pace?) {
        self.body = body
        self.pace = pace
    }

    func next() async throws(Failure) -> BodyPiece? {
        let piece = try await body.next()
        if let piece, let pace { await pace.wait(for: piece.count) }
        return piece
    }
}
