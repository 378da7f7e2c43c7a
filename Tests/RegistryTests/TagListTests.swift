import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// Lists of tags, from a registry that sends invalid lists on command.
@Suite(.serialized, .timed, .timeLimit(.minutes(5))) struct TagListTests {
    private static let open = Task { try await ScriptedRegistry.start() }

    private struct Listed {
        var pages: [[String]] = []
        var isWhole = false
        var tags: [String] { pages.flatMap(\.self) }
    }

    private func list(_ repository: RemoteRepository, limit: Int? = nil) async throws(Failure) -> Listed {
        var listed = Listed()
        listed.isWhole = try await repository.tags(limit: limit) {
            listed.pages.append($0.map(\.description))
        }
        return listed
    }

    /// Pushes an image with three tags.
    private func bench(_ registry: ScriptedRegistry) async throws -> Bench {
        let bench = try Bench(layerSize: 100)
        let repository = try bench.repository(registry.name)
        try await bench.push(to: repository)
        _ = try await repository.set(["v2", "v3"].map { try Tag(parsing: $0) }, to: bench.image.manifest)
        _ = try await registry.drained()
        return bench
    }

    @Test func `follows pages in the registry's order`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await registry.order(
            #"""
            [{"path": "n=1000", "status": 200, "body": {"tags": ["z", "a"]},
              "headers": {"Link": "</v2/x/tags/list?n=2&last=a>; rel=\"next\""}},
             {"path": "last=a$", "status": 200, "body": {"tags": []},
              "headers": {"Link": "<list?last=b>; rel=next"}},
             {"path": "last=b$", "status": 200, "body": {"tags": ["c"]},
              "headers": {"Link": "<list>; rel=prev, <http://\#(registry.name)/v2/x/tags/list?last=c>; rel=next"}},
             {"path": "last=c$", "status": 200, "body": {"tags": ["d"]}}]
            """#
        )
        let listed = try await list(bench.repository(registry.name, access: .pull))
        #expect(listed.pages == [["z", "a"], [], ["c"], ["d"]])
        #expect(listed.isWhole)
        let record = try await registry.drained()
        #expect(record.map(\.path).dropFirst() == ["/v2/x/tags/list", "/v2/x/tags/list", "/v2/x/tags/list"])
        #expect(record.first?.query == [["n", "1000"]])
    }

    static let limits: [(limit: Int, tags: [String], isWhole: Bool)] = [
        (1, ["v1"], false), (2, ["v1", "v2"], false), (3, ["v1", "v2", "v3"], true),
        (1001, ["v1", "v2", "v3"], true),
    ]

    @Test("requests no more tags than wanted", arguments: limits)
    func limit(limit: Int, tags: [String], isWhole: Bool) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try await bench(registry)
        let listed = try await list(bench.repository(registry.name), limit: limit)
        #expect(listed.tags == tags)
        #expect(listed.isWhole == isWhole)
        let record = try await registry.drained()
        #expect(record.map(\.query) == [[["n", "\(min(limit, 1000))"]]])
    }

    @Test func `truncates a list that is longer than requested`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await registry.order(
            #"[{"path": "tags/list", "status": 200, "body": {"tags": ["a", "b", "c"]}}]"#
        )
        let repository = try bench.repository(registry.name)
        #expect(try await list(repository, limit: 2).tags == ["a", "b"])
        #expect(try await !list(repository, limit: 2).isWhole)
        #expect(try await list(repository, limit: 3).isWhole)
    }

    @Test func `accepts an empty list and skips invalid tags`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        let repository = try bench.repository(registry.name)
        try await registry.order(#"[{"path": "tags/list", "status": 200, "body": {"tags": null}}]"#)
        #expect(try await list(repository).tags == [])
        try await registry.order(
            #"[{"path": "tags/list", "status": 200, "body": {"tags": ["v1", "\u001b[2J", "a/b", ""]}}]"#
        )
        #expect(try await list(repository).tags == ["v1"])
        let warnings = bench.events.events.filter { if case .warning = $0 { true } else { false } }
        #expect(warnings.count == 3)
        let many = (0..<50).map { "\"a/\($0)\"" }.joined(separator: ",")
        try await registry.order(#"[{"path": "tags/list", "status": 200, "body": {"tags": [\#(many)]}}]"#)
        #expect(try await list(repository).tags == [])
        let more = bench.events.events.dropFirst(bench.events.events.count - 6)
        #expect(bench.events.events.filter { if case .warning = $0 { true } else { false } }.count == 9)
        #expect(
            more.last
                == .warning(
                    "\(registry.name) lists 45 more names that are not valid tags; they are skipped too"
                )
        )
    }

    static let rejections: [(rules: String, code: Failure.Code, phrase: String, why: String)] = [
        (
            #""link": "otherhost""#, .addressRejected, "must be at the registry itself",
            "a page on another host"
        ),
        (#""link": "http://169.254.169.254/x""#, .addressRejected, "next page", "a cloud's secrets"),
        (#""link": "file:///etc/passwd""#, .protocolViolation, "invalid URL as next page", "no HTTP"),
        (
            #""status": 200, "body": {"tags": ["a"]}, "headers": {"Link": "<>; rel=next"}"#,
            .protocolViolation, "is too long or circular", "the same page again and again"
        ),
        (
            #""status": 200, "body": {"tags": ["a"]}, "headers": {"Link": "list?x; rel=next"}"#,
            .protocolViolation, "an invalid link to the next page", "a Link that cannot be read"
        ),
        (#""endless": "body""#, .protocolViolation, "too large", "a page without an end"),
        (#""status": 200, "body": "<html>hello</html>""#, .protocolViolation, "list of tags", "a web page"),
        (
            #""status": 200, "body": {"tags": ["a"]}, "headers": {"Content-Encoding": "gzip"}"#,
            .protocolViolation,
            "sent content encoded as \"gzip\"", "a proxy that compresses"
        ),
        (
            #""status": 200, "body": {"tags": ["a"]}, "headers": {"Content-Encoding": "br"}"#,
            .protocolViolation,
            "bypass the proxy or cache", "another coding"
        ),
        (#""status": 200, "body": {}"#, .protocolViolation, "tags", "something else"),
        (#""status": 200, "body": {"tags": [1]}"#, .protocolViolation, "tags", "no texts"),
        (
            #""status": 200, "body": "{\"tags\": [], \"tags\": [\"a\"]}""#, .protocolViolation, "tags",
            "one member twice"
        ),
        (#""status": 404"#, .notFound, "no repository", "no such repository"),
        (#""status": 405"#, .requestRejected, "rejected the request to read from", "not offered"),
    ]

    @Test("rejects an invalid, redirected or endless list", arguments: rejections)
    func rejection(rules: String, code: Failure.Code, phrase: String, why: String) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try await bench(registry)
        let repository = try bench.repository(registry.name, access: .pull)
        try await registry.order(#"[{"path": "tags/list", \#(rules)}]"#)
        let failure = await bench.failure { () async throws(Failure) in _ = try await list(repository) }
        #expect(failure?.code == code, "\(why)")
        #expect(failure?.description.contains(phrase) == true, "\(why): \(failure?.description ?? "")")
        #expect(try await registry.drained().count <= 2, "\(why)")
    }

    @Test func `rejects a list of more than a thousand pages`() async throws {
        let bench = try Bench(layerSize: 100)
        let base = "http://r.test/v2/\(bench.name)/tags/list"
        let transport = ScriptedTransport(
            (0..<1000).map {
                let url = $0 == 0 ? "\(base)?n=1000" : "\(base)?page=\($0)"
                let next = "<?page=\($0 + 1)>; rel=next"
                return .answer("GET \(url)", 200, ["Link": next], body: #"{"tags": ["t\#($0)"]}"#)
            }
        )
        let repository = try bench.repository("r.test", transport: transport)
        let failure = await bench.failure { () async throws(Failure) in _ = try await list(repository) }
        #expect(failure?.code == .protocolViolation)
        #expect(failure?.why?.contains("1000 pages") == true)
        #expect(transport.remaining == 0)
    }

    @Test func `looks up each tag's digest, also of a tag deleted meanwhile`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try await bench(registry)
        let repository = try bench.repository(registry.name, access: .pull)
        let names = ["v3", "gone", "v1", "v2", "v1", "gone"]
        let found = try await repository.current(names.map { try Tag(parsing: $0) })
        let digest = bench.image.manifest.descriptor.digest
        #expect(found.map { $0?.digest } == names.map { $0 == "gone" ? nil : digest })
        #expect(try await registry.drained().allSatisfy { $0.method == "HEAD" })
    }

    @Test func `adds the existing tags to a missing tag's failure, and ignores errors in listing them`()
        async throws
    {
        let registry = try await Self.open.value.reset()
        let bench = try await bench(registry)
        let repository = try bench.repository(registry.name, access: .pull)
        let failure = Failure(.notFound, "no tag x")
        #expect(await repository.explaining(failure).why?.contains("v1, v2, v3") == true)
        try await registry.order(
            #"""
            [{"path": "n=10", "status": 200, "body": {"tags": ["a", "b"]},
              "headers": {"Link": "<list?last=b>; rel=next"}},
             {"path": "last=b", "status": 200, "body": {"tags": []}}]
            """#
        )
        #expect(await repository.explaining(failure).why?.hasSuffix("the tags a, b") == true, "all pages")
        try await registry.order(#"[{"path": "tags/list", "status": 403}]"#)
        #expect(await repository.explaining(failure).why == nil)
        #expect(await repository.tags(of: bench.image.manifest.descriptor.digest) == nil)
    }
}
