import EnvoyRunner

/// What was seen of one request.
struct Observation {
    let response: ProxyResponse
    let upstream: [UpstreamRequest]
    /// The plugin's log since the last request.
    let log: [EnvoyLogLine]
    /// Envoy's message about a crash of the plugin; `nil` if it did not crash.
    let crash: String?
}

extension Expectation {
    /// Returns what differs from the expectation.
    func differences(from seen: Observation) -> [Difference] {
        var differences: [Difference] = []
        switch (crashes, seen.crash) {
        case (false, let message?):
            differences.append(Difference("crash", expected: "no crash", got: message.quotedForReport))
        case (true, nil): differences.append(Difference("crash", expected: "a crash", got: "no crash"))
        default: break
        }
        if let status {
            let text = "\(seen.response.status)"
            if status.matches(Array(text.utf8)) != true {
                differences.append(Difference("status", expected: status.reportOfNumber, got: text))
            }
        }
        differences += Self.differences(headers, seen.response.headers, "headers")
        differences += Self.difference(body, seen.response.body, "body")
        if let upstream { differences += upstream.differences(from: seen.upstream) }
        return differences + Self.differences(log, seen.log)
    }

    static func difference(_ matcher: Matcher?, _ bytes: [UInt8], _ subject: String) -> [Difference] {
        guard let matcher, matcher.matches(bytes, emptyIsAbsent: true) != true else { return [] }
        return [
            Difference(
                subject,
                expected: matcher.description,
                got: bytes.quotedForReport,
                detail: matcher.detail(of: bytes)
            )
        ]
    }

    static func differences(
        _ expected: [(name: String, values: HeaderExpectation)],
        _ fields: [(name: String, value: String)],
        _ subject: String
    ) -> [Difference] {
        expected.compactMap { name, expectation in
            let values = fields.filter { $0.name.lowercased() == name.lowercased() }.map(\.value)
            guard !expectation.isMet(by: values) else { return nil }
            let got =
                values.isEmpty
                ? "no such field"
                : values.count == 1
                    ? values[0].quotedForReport
                    : "[" + values.map(\.quotedForReport).joined(separator: ", ") + "]"
            return Difference("\(subject).\(name)", expected: expectation.description, got: got)
        }
    }

    static func differences(_ expected: [LogExpectation], _ lines: [EnvoyLogLine]) -> [Difference] {
        expected.compactMap { expectation in
            let found = lines.first { expectation.matches($0) }
            if expectation.isForbidden {
                return found.map {
                    Difference("log", expected: expectation.description, got: $0.message.quotedForReport)
                }
            }
            guard found == nil else { return nil }
            return Difference(
                "log",
                expected: expectation.description,
                got: lines.isEmpty ? "no lines" : "none of \(lines.count) lines"
            )
        }
    }

    /// Whether the log lacks a line that may still come.
    func awaitsMore(_ lines: [EnvoyLogLine]) -> Bool {
        log.contains { expectation in
            !expectation.isForbidden && !lines.contains { expectation.matches($0) }
        }
    }
}

extension Matcher {
    /// The condition on a number, without quotation marks.
    fileprivate var reportOfNumber: String {
        if case .equals(let text) = self { return text }
        return description
    }
}

extension HeaderExpectation {
    func isMet(by values: [String]) -> Bool {
        switch self {
        case .list(let matchers):
            values.count == matchers.count
                && zip(matchers, values).allSatisfy { $0.matches(Array($1.utf8)) == true }
        case .any(let matcher): Self.isMet(matcher, values) == true
        }
    }

    private static func isMet(_ matcher: Matcher, _ values: [String]) -> Bool? {
        switch matcher {
        case .absent: values.isEmpty
        case .present: !values.isEmpty
        case .not(let inner): isMet(inner, values).map { !$0 }
        default:
            if values.contains(where: { matcher.matches(Array($0.utf8)) == true }) {
                true
            } else if values.contains(where: { matcher.matches(Array($0.utf8)) == nil }) {
                nil
            } else {
                // With several operators, `not` and `absent` also hold for a missing field.
                values.isEmpty ? matcher.matches(nil) : false
            }
        }
    }

    var description: String {
        switch self {
        case .any(let matcher): matcher.description
        case .list(let matchers): "[" + matchers.map(\.description).joined(separator: ", ") + "]"
        }
    }
}

extension UpstreamExpectation {
    func differences(from requests: [UpstreamRequest]) -> [Difference] {
        switch self {
        case .notCalled:
            guard let request = requests.first else { return [] }
            return [
                Difference("upstream", expected: "not called", got: "\(request.method) \(request.path)")
            ]
        case .called(let expected):
            guard let request = requests.first else {
                return [Difference("upstream", expected: "a request", got: "not called")]
            }
            return expected.differences(from: request)
        }
    }
}

extension UpstreamRequestExpectation {
    fileprivate func differences(from request: UpstreamRequest) -> [Difference] {
        Expectation.difference(method, Array(request.method.utf8), "upstream.method")
            + Expectation.difference(path, Array(request.path.utf8), "upstream.path")
            + Expectation.differences(headers, request.headers, "upstream.headers")
            + Expectation.difference(body, request.body, "upstream.body")
    }
}
