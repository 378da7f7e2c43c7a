import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// A push over real sockets, to a registry that fails on command.
@Suite(.serialized, .timed, .timeLimit(.minutes(5))) struct PushTests {
    private static let open = Task { try await ScriptedRegistry.start() }
    private static let basic = Task { try await ScriptedRegistry.start(.basic) }
    private static let elsewhere = Task { try await ScriptedRegistry.start() }

    @Test func `a first push checks each blob, uploads it in two requests and sets the tag last`()
        async throws
    {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        let report = try await bench.push(to: bench.repository(registry.name))
        let record = try await registry.drained()
        let lines = bench.image.lines(record)
        #expect(lines.prefix(3).allSatisfy { $0.hasPrefix("HEAD") })
        #expect(lines.last == "PUT manifests/v1")
        #expect(
            lines.sorted() == [
                "HEAD blobs/config", "HEAD blobs/layer", "HEAD manifests/v1", "POST uploads", "POST uploads",
                "PUT manifests/v1", "PUT upload", "PUT upload",
            ]
        )
        #expect(report.parts.map(\.status) == [.copied, .copied])
        #expect(report.previous == nil)
        for upload in record where upload.method == "PUT" && upload.path.contains("uploads") {
            #expect(upload.header("Content-Range") == nil)
            #expect(upload.header("Transfer-Encoding") == nil)
            #expect(upload.header("Content-Type") == "application/octet-stream")
            #expect(upload.header("Content-Length") == "\(upload.body_length ?? -1)")
            #expect(upload.query.map(\.[0]) == ["_state", "digest"])
        }
        for start in record where start.method == "POST" { #expect(start.header("Content-Length") == "0") }
        #expect(record.last?.header("Content-Type") == "application/vnd.oci.image.manifest.v1+json")
    }

    @Test func `a second push of the same image only asks what is there`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await bench.push(to: bench.repository(registry.name))
        _ = try await registry.drained()
        let report = try await bench.push(to: bench.repository(registry.name))
        let lines = try await bench.image.lines(registry.drained())
        #expect(lines.contains("HEAD manifests/v1"))
        // The questions about the parts may be withdrawn before they are sent.
        #expect(Set(lines).isSubset(of: ["HEAD manifests/v1", "HEAD blobs/config", "HEAD blobs/layer"]))
        #expect(report.previous?.digest == bench.image.manifest.descriptor.digest)
    }

    @Test func `does not upload existing blobs again`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await bench.push(to: bench.repository(registry.name))
        _ = try await registry.drained()
        let other = RefName.tag(try Tag(parsing: "v2"))
        let report = try await copy(
            bench.image.name,
            from: bench.image.store(),
            to: bench.repository(registry.name),
            as: other,
            events: bench.events
        )
        #expect(
            try await bench.image.lines(registry.drained()).sorted() == [
                "HEAD blobs/config", "HEAD blobs/layer", "HEAD manifests/v2", "PUT manifests/v2",
            ]
        )
        #expect(report.parts.map(\.status) == [.exists, .exists])
    }

    @Test func `uploads 20 MB in one request`() async throws {
        let registry = try await ScriptedRegistry.start(.bearer)
        let bench = try Bench(layerSize: 20_000_000)
        try await bench.push(to: bench.repository(registry.name, credential: .known))
        let uploads = try await registry.drained().filter { $0.body_length == 20_000_000 }
        #expect(uploads.map(\.status) == [201])
    }

    // MARK: Temporary failures

    static let passing: [(rules: String, why: String)] = [
        (#"[{"method":"POST","occurrence":1,"status":503}]"#, "busy"),
        (#"[{"method":"POST","occurrence":1,"status":429,"headers":{"Retry-After":"7"}}]"#, "too fast"),
        (
            #"[{"method":"POST","occurrence":1,"status":503,"headers":{"Retry-After":"Sun, 06 Nov 1994 08:49:37 GMT"}}]"#,
            "until a date"
        ),
        (
            #"[{"method":"POST","occurrence":1,"status":400,"body":{"errors":[{"code":"TOOMANYREQUESTS"}]}}]"#,
            "too fast, by its code alone"
        ),
        (#"[{"method":"POST","occurrence":1,"status":499}]"#, "a proxy that gave up"),
        (#"[{"method":"POST","occurrence":[1,2],"status":500}]"#, "broken twice"),
        (#"[{"method":"HEAD","path":"blobs","occurrence":1,"status":502}]"#, "a proxy, before a blob"),
        (#"[{"method":"HEAD","path":"manifests","occurrence":1,"status":504}]"#, "a proxy, before all"),
        (#"[{"method":"PUT","path":"uploads","occurrence":1,"status":500}]"#, "after the upload"),
        (
            #"[{"method":"PUT","path":"uploads","occurrence":1,"status":503,"unread":true}]"#,
            "before the upload"
        ),
        (#"[{"method":"PUT","path":"uploads","occurrence":1,"cut_upload":10}]"#, "cut in the middle"),
        (#"[{"method":"PUT","path":"uploads","occurrence":1,"cut_upload":10,"reset":true}]"#, "reset"),
        (
            #"[{"method":"PUT","path":"uploads","occurrence":1,"drop":"after"}]"#,
            "it arrived, the answer did not"
        ),
        (#"[{"method":"PUT","path":"manifests","occurrence":1,"drop":"after"}]"#, "the manifest too"),
        (#"[{"method":"PUT","path":"manifests","occurrence":1,"status":503}]"#, "busy at the end"),
        (#"[{"method":"POST","location":"relative"}]"#, "a relative Location"),
        (#"[{"extra_headers":{"Docker-Content-Digest":null}}]"#, "no digest is ever announced"),
        (#"[{"method":"HEAD","extra_headers":{"Content-Length":null}}]"#, "nor a length"),
        (#"[{"method":"POST|PUT","chunked":true}]"#, "chunked answers"),
    ]

    @Test("retries temporary failures of a push until it succeeds", arguments: passing)
    func landing(rules: String, why: String) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await registry.order(rules)
        try await bench.push(to: bench.repository(registry.name))
        try await registry.order("[]")
        try await bench.image.expect(in: bench.pull(from: bench.repository(registry.name, access: .pull)))
        bench.expectNoSecrets()
    }

    @Test func `does not repeat an upload whose response was lost`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await registry.order(#"[{"method":"PUT","path":"uploads","drop":"after"}]"#)
        try await bench.push(to: bench.repository(registry.name))
        let lines = try await bench.image.lines(registry.drained())
        #expect(lines.filter { $0 == "POST uploads" }.count == 2)
        #expect(lines.filter { $0 == "HEAD blobs/layer" }.count == 2)
    }

    // MARK: Permanent failures

    typealias Rejection = (rules: String, code: Failure.Code, phrase: String, why: String)

    private static let html = #""body":"<html>hello</html>","headers":{"Content-Type":"text/html"}"#

    static let rejections: [Rejection] = [
        (#"[{"method":"POST","status":500}]"#, .serverFailed, "(500)", "permanent"),
        (#"[{"method":"POST","status":429}]"#, .rateLimited, "slow down (429)", "permanent"),
        (
            #"[{"method":"POST","status":403,"body":{"errors":[{"code":"DENIED","message":"no"}]}}]"#,
            .authenticationRequired, "403 DENIED \"no\"", "denied without credentials"
        ),
        (#"[{"method":"POST","status":404}]"#, .notFound, "no repository", "no such repository"),
        (
            #"[{"method":"POST","status":401}]"#, .authenticationRequired, "no supported method",
            "no challenge"
        ),
        (
            #"[{"method":"PUT","path":"uploads","status":400}]"#, .requestRejected, "(400)",
            "the registry's no"
        ),
        (#"[{"method":"PUT","path":"uploads","status":404}]"#, .notFound, "no such upload", "it is lost"),
        (#"[{"method":"PUT","path":"manifests","status":400}]"#, .requestRejected, "(400)", "the manifest"),
        (#"[{"method":"PUT","path":"manifests","status":404}]"#, .notFound, "part of the image", "a blob"),
        (
            #"[{"method":"POST","extra_headers":{"Location":null}}]"#, .protocolViolation,
            "Location header is missing",
            "no Location"
        ),
        (#"[{"method":"POST","location":"ftp://x/y"}]"#, .protocolViolation, "invalid URL", "another scheme"),
        (
            #"[{"method":"POST","location":"http://u:open-hush@x/y"}]"#, .protocolViolation, "invalid URL",
            "a password"
        ),
        (
            #"[{"method":"PUT","path":"uploads","wrong_digest_header":true}]"#, .digestMismatch,
            "other than the one sent", "another blob"
        ),
        (
            #"[{"method":"PUT","path":"manifests","wrong_digest_header":true}]"#, .digestMismatch,
            "stored a different manifest", "another manifest"
        ),
        (
            #"[{"method":"PUT","path":"manifests","wrong_digest_header":"nonsense"}]"#, .digestMismatch,
            "stored a different manifest", "no digest at all"
        ),
        (
            #"[{"status":200,\#(html)}]"#, .protocolViolation, "web page",
            "a web server that answers 200 to everything"
        ),
        (#"[{"status":201,\#(html)}]"#, .protocolViolation, "unexpected status 201", "and one that says 201"),
        (#"[{"status":202,\#(html)}]"#, .protocolViolation, "unexpected status 202", "and one that says 202"),
        (
            #"[{"method":"HEAD","status":404},{"method":"POST|PUT|GET","status":201,"headers":{"Location":"/x"}}]"#,
            .protocolViolation, "unexpected status 201", "nothing there, all accepted"
        ),
        (
            #"[{"method":"PUT","path":"manifests","status":201},{"method":"GET","status":200,\#(html)}]"#,
            .protocolViolation, "web page", "accepted without a digest, and then it is a web page"
        ),
        (
            #"[{"method":"PUT","path":"manifests","status":201,"body":"x"}]"#, .notFound, "v1",
            "accepted without a digest, and then it is not there"
        ),
        (
            #"[{"method":"POST","status":500,"endless":"body"}]"#, .protocolViolation, "too large",
            "an endless error"
        ),
        (
            #"[{"method":"HEAD","path":"blobs","endless":"headers"}]"#, .protocolViolation, "HTTP",
            "endless headers"
        ),
    ]

    @Test("fails with the reason for a permanent failure", arguments: rejections)
    func rejection(_ rejection: Rejection) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await registry.order(rejection.rules)
        let repository = try bench.repository(registry.name)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        #expect(failure?.code == rejection.code, "\(rejection.why)")
        #expect(failure?.description.contains(rejection.phrase) == true, "\(failure?.description ?? "")")
    }

    @Test(
        "falls back to GET if the registry does not support HEAD for manifests",
        arguments: [400, 405, 501]
    )
    func headByGet(status: Int) async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await registry.order(#"[{"method":"HEAD","path":"manifests","status":\#(status)}]"#)
        let first = try await bench.push(to: bench.repository(registry.name))
        #expect(first.previous == nil)
        _ = try await registry.drained()
        let second = try await bench.push(to: bench.repository(registry.name))
        #expect(second.previous?.digest == bench.image.manifest.descriptor.digest)
        let lines = try await bench.image.lines(registry.drained()).filter { $0.contains("manifests") }
        #expect(lines == ["HEAD manifests/v1", "GET manifests/v1"])
    }

    @Test func `sets no tag before all content is stored`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await registry.order(#"[{"method":"PUT","path":"uploads","status":400}]"#)
        let repository = try bench.repository(registry.name)
        _ = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        #expect(try await !bench.image.lines(registry.drained()).contains("PUT manifests/v1"))
    }

    @Test func `tries four times if a failure persists`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench()
        try await registry.order(#"[{"method":"HEAD","path":"manifests","status":500}]"#)
        let repository = try bench.repository(registry.name)
        _ = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        // A canceled request of the previous test may still arrive.
        let record = try await registry.drained()
        #expect(record.count { $0.method == "HEAD" && $0.path.contains("manifests") } == 4, "\(record)")
    }

    // MARK: Location

    @Test func `keeps the query of a Location byte for byte`() async throws {
        let registry = try await Self.open.value.reset()
        let elsewhere = try await Self.elsewhere.value.reset()
        let bench = try Bench()
        let location = "http://\(elsewhere.name)/up/x?a=%2F+%20&b==&c"
        try await registry.order(#"[{"method":"POST","location":"\#(location)"}]"#)
        try await elsewhere.order(#"[{"status":201}]"#)
        // The blobs are at another host than the manifest.
        let repository = try bench.repository(registry.name)
        _ = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        let record = try await elsewhere.drained()
        #expect(record.count == 2)
        for entry in record {
            #expect(entry.query.prefix(3) == [["a", "/  "], ["b", "="], ["c", ""]])
            #expect(entry.query.last?.first == "digest")
        }
    }

    @Test func `sends no credentials with an upload to another host`() async throws {
        let registry = try await Self.basic.value.reset()
        let bench = try Bench()
        try await registry.order(
            #"[{"method":"POST","location":"otherhost"},{"method":"PUT","path":"uploads","status":201}]"#
        )
        let repository = try bench.repository(registry.name, credential: .known)
        _ = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        let record = try await registry.drained()
        for entry in record where entry.method == "PUT" && entry.path.contains("uploads") {
            #expect(entry.header("Authorization") == nil)
            #expect(entry.header("Host")?.hasPrefix("localhost") == true)
        }
        #expect(record.contains { $0.method == "POST" && $0.header("Authorization") != nil })
    }

    @Test func `does not answer a 401 of another host or blame the user's credentials`() async throws {
        let registry = try await Self.basic.value.reset()
        let bench = try Bench()
        try await registry.order(#"[{"method":"POST","location":"otherhost"}]"#)
        let repository = try bench.repository(registry.name, credential: .known)
        let failure = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        #expect(failure?.message.hasPrefix("http://localhost:") == true)
        #expect(
            try await registry.drained().filter { $0.method == "PUT" }.allSatisfy {
                $0.header("Authorization") == nil
            }
        )
    }

    @Test func `upgrades an HTTP Location of an HTTPS registry`() async throws {
        let registry = try await ScriptedRegistry.start(.basic, usesTLS: true, host: "localhost")
        let bench = try Bench()
        try await registry.order(#"[{"method":"POST","location":"http"}]"#)
        try await bench.push(
            to: bench.repository(registry.name, plain: false, caFile: registry.caFile, credential: .known)
        )
        let uploads = try await registry.drained().filter { $0.method == "PUT" }
        #expect(uploads.count == 3)
        #expect(uploads.allSatisfy { $0.header("Authorization") != nil && $0.status == 201 })
    }

    @Test func `sends a redirected upload again from the start`() async throws {
        let registry = try await Self.open.value.reset()
        let elsewhere = try await Self.elsewhere.value.reset()
        let bench = try Bench()
        try await registry.order(
            #"""
            [{"method":"PUT","path":"uploads","status":307,"headers":{"Location":"http://\#(elsewhere.name)/up"}},
             {"method":"PUT","path":"manifests","status":201},{"method":"GET","status":404}]
            """#
        )
        try await elsewhere.order(#"[{"status":201}]"#)
        let repository = try bench.repository(registry.name)
        _ = await bench.failure { () async throws(Failure) in try await bench.push(to: repository) }
        let sizes = try await elsewhere.drained().compactMap(\.body_length).sorted()
        #expect(sizes == [bench.image.config, bench.image.layer].map(\.descriptor.size).sorted())
    }

    // MARK: Cancellation

    @Test func `a canceled push ends during an upload and sets no tag`() async throws {
        let registry = try await Self.open.value.reset()
        let bench = try Bench(layerSize: 3_000_000)
        try await registry.order(#"[{"method":"PUT","path":"uploads","stall":3600}]"#)
        let repository = try bench.repository(registry.name)
        let task = Task { try await bench.push(to: repository) }
        await bench.events.wait { $0.contains(where: \.isMoving) }
        task.cancel()
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .interrupted)
        #expect(try await !bench.image.lines(registry.drained()).contains("PUT manifests/v1"))
    }
}

extension Event {
    /// Whether it reports the progress of a transfer.
    var isMoving: Bool {
        guard case .transfer(let transfer) = self else { return false }
        return switch transfer.stage {
        case .moved, .received: true
        case .started, .finished, .exists, .mounted: false
        }
    }
}
