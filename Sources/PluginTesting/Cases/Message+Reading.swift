import Diagnostics
import EnvoyRunner

extension CaseReader {
    /// A request.
    func request() throws(Failure) -> ProxyRequest {
        let object = try object(["method", "path", "headers", "body", "chunks"])
        var request = ProxyRequest()
        if let method = object["method"] { request.method = try method.token() }
        if let path = object["path"] { request.path = try path.requestPath() }
        if let headers = object["headers"] { request.headers = try headers.headers() }
        request.body = try object["body"]?.content()
        if let chunks = object["chunks"] {
            request.pieces = try chunks.list().map { (size) throws(Failure) in try size.integer(1...(1 << 30))
            }
            guard request.pieces.reduce(0, +) <= request.body?.count ?? 0 else {
                throw chunks.failure(
                    "the chunks are larger than the body, which has \(request.body?.count ?? 0) bytes"
                )
            }
            guard request.pieces.count <= 1000 else { throw chunks.failure("a body has at most 1000 chunks") }
        }
        return request
    }

    /// The response of the upstream.
    func upstreamResponse() throws(Failure) -> UpstreamResponse {
        let object = try object(["status", "headers", "body"])
        let response = UpstreamResponse(
            status: try object["status"]?.integer(200...599) ?? 200,
            headers: try object["headers"]?.headers() ?? [],
            body: try object["body"]?.content() ?? []
        )
        guard response.body.isEmpty || !response.status.forbidsBody else {
            throw failure("a response with the status \(response.status) has no body")
        }
        return response
    }

    /// Header fields: an object of names, each with a value or a list of values.
    private func headers() throws(Failure) -> [(name: String, value: String)] {
        var fields: [(name: String, value: String)] = []
        for (name, value) in try freeObject() {
            try value.checkFieldName(name)
            guard case .array = value.node.value else {
                fields.append((name, try value.fieldValue()))
                continue
            }
            for item in try value.list() { fields.append((name, try item.fieldValue())) }
        }
        return fields
    }

    fileprivate func checkFieldName(_ name: String) throws(Failure) {
        guard name.isToken else {
            throw failure("\(name.quotedForReport) is not a valid name of a header field")
        }
    }

    private func fieldValue() throws(Failure) -> String {
        let text = try scalar()
        guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value != 0x7F || $0 == "\t" }) else {
            throw failure("a value of a header field contains a control character")
        }
        return text
    }

    private func token() throws(Failure) -> String {
        let text = try string()
        guard text.isToken else { throw failure("\(text.quotedForReport) is not a valid method") }
        return text
    }

    private func requestPath() throws(Failure) -> String {
        let text = try string()
        guard text.hasPrefix("/") || text == "*" else {
            throw failure("a path begins with /", try: "/\(text.truncated(to: 60))")
        }
        guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F && $0 != "#" }) else {
            throw failure("a path contains no blanks, controls or #", try: "write a blank as %20, # as %23")
        }
        return text
    }
}

extension CaseReader {
    /// What is expected of a request.
    func expectation() throws(Failure) -> Expectation {
        let object = try object(["status", "headers", "body", "upstream", "log", "load", "crash"])
        var expectation = Expectation()
        expectation.status = try object["status"]?.statusMatcher()
        expectation.headers = try object["headers"]?.headerExpectations() ?? []
        expectation.body = try object["body"]?.matcher(.body)
        expectation.upstream = try object["upstream"]?.upstreamExpectation()
        expectation.log = try object["log"]?.logExpectations() ?? []
        expectation.crashes = try object["crash"]?.bool() ?? false
        return expectation
    }

    private func statusMatcher() throws(Failure) -> Matcher {
        if case .number(let text) = node.value {
            _ = try integer(100...599)
            return .equals(text)
        }
        if case .string(let text) = node.value, text.count != 3 || !text.allSatisfy("0123456789".contains) {
            throw failure(
                "\(text.quotedForReport) is not a status",
                try: "for every 4xx: {regex: \"4[0-9][0-9]\"}"
            )
        }
        return try matcher(.text)
    }

    private func headerExpectations() throws(Failure) -> [(name: String, values: HeaderExpectation)] {
        try freeObject().map { (member) throws(Failure) in
            try member.value.checkFieldName(member.name)
            guard case .array = member.value.node.value else {
                return (member.name, .any(try member.value.matcher(.header)))
            }
            let list = try member.value.list().map { (item) throws(Failure) in try item.matcher(.text) }
            return (member.name, .list(list))
        }
    }

    private func upstreamExpectation() throws(Failure) -> UpstreamExpectation {
        if case .string(let text) = node.value {
            guard text == "not called" else {
                throw failure("\"not called\" or an object is expected, not \(text.quotedForReport)")
            }
            return .notCalled
        }
        let object = try object(["method", "path", "headers", "body"])
        return .called(
            UpstreamRequestExpectation(
                method: try object["method"]?.matcher(.text),
                path: try object["path"]?.matcher(.text),
                headers: try object["headers"]?.headerExpectations() ?? [],
                body: try object["body"]?.matcher(.body)
            )
        )
    }

    /// Expectations of the log: a list, or one of them.
    func logExpectations() throws(Failure) -> [LogExpectation] {
        guard case .array = node.value else { return [try logExpectation()] }
        return try list().map { (item) throws(Failure) in try item.logExpectation() }
    }

    private func logExpectation() throws(Failure) -> LogExpectation {
        guard case .object(let members) = node.value else {
            return LogExpectation(level: nil, matcher: .equals(try scalar()), isForbidden: false)
        }
        let object = try object(Subject.text.keys + ["level"])
        if members.count == 1, let inner = object["not"] {
            let expectation = try inner.logExpectation()
            guard !expectation.isForbidden else { throw inner.failure("not follows another not") }
            return LogExpectation(level: expectation.level, matcher: expectation.matcher, isForbidden: true)
        }
        let level = try object["level"]?.logLevel()
        let matcher = level != nil && members.count == 1 ? nil : try matcher(object, .text)
        return LogExpectation(level: level, matcher: matcher, isForbidden: false)
    }

    /// A level, by the name of the ABI or of Envoy.
    private func logLevel() throws(Failure) -> String {
        let text = try string()
        let levels = ["debug", "info", "warn", "error", "critical"]
        let name = text == "warning" ? "warn" : text
        guard levels.contains(name) else {
            throw failure(
                "\(text.quotedForReport) is not a level",
                why:
                    "the levels are debug, info, warn, error and critical; Envoy does not show a plugin's trace lines"
            )
        }
        return name
    }
}

extension Int {
    /// Whether a response with this status has no body (RFC 9110, sections 15.3.5 and 15.4.5).
    package var forbidsBody: Bool { self == 204 || self == 304 }
}

extension String {
    /// Whether it is a token (RFC 9110, section 5.6.2).
    fileprivate var isToken: Bool {
        !isEmpty
            && utf8.allSatisfy { byte in
                byte.isDigit || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}
