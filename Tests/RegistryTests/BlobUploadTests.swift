import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// Uploads of one blob over real sockets, to registries that accept different strategies or lose uploads.
@Suite(.serialized, .timed, .timeLimit(.minutes(5))) struct BlobUploadTests {
    private static let open = Task { try await ScriptedRegistry.start() }
    private static let basic = Task { try await ScriptedRegistry.start(.basic) }
    /// Rejects the whole blob by any method.
    private static let chunksOnly = #"{"method":"PUT","path":"uploads","over":0,"status":413}"#

    private let bench: Bench
    private var layer: Blob { bench.image.layer }

    init() throws { bench = try Bench(layerSize: 150_000, chunkSize: 65_536) }

    /// Pushes the layer to a registry with rules; returns its requests from the first upload on.
    @discardableResult
    private func push(_ rules: String, retries: Int = 3) async throws -> [ScriptedRegistry.Entry] {
        let registry = try await Self.open.value.reset()
        try await registry.order(rules)
        let repository = try bench.repository(registry.name, retries: retries)
        try await repository.push(layer)
        let record = try await registry.drained()
        try await registry.order("[]")
        #expect(try await repository.contains(layer.descriptor))
        return record
    }

    private func ranges(_ record: [ScriptedRegistry.Entry]) -> [String] {
        record.filter { $0.method == "PATCH" }.map { $0.header("Content-Range") ?? "all" }
    }

    // MARK: Strategies

    @Test("uploads by PATCH if the registry rejects a body in PUT", arguments: [404, 405, 411, 415, 501])
    func wholePatch(status: Int) async throws {
        let record = try await push(#"[{"method":"PUT","path":"uploads","over":0,"status":\#(status)}]"#)
        #expect(
            bench.image.lines(record) == [
                "POST uploads", "PUT upload", "DELETE upload", "POST uploads", "PATCH upload", "PUT upload",
            ]
        )
        #expect(ranges(record) == ["all"])
        #expect(record.last?.header("Content-Length") == "0")
        #expect(record.last?.query.map(\.[0]) == ["_state", "digest"])
    }

    @Test("uploads in chunks if one request is too large", arguments: [413, 416])
    func chunks(status: Int) async throws {
        let record = try await push(#"[{"method":"PUT","path":"uploads","over":0,"status":\#(status)}]"#)
        #expect(ranges(record) == ["0-65535", "65536-131071", "131072-149999"])
        #expect(record.filter { $0.method == "PATCH" }.compactMap(\.body_length).max() == 65_536)
        #expect(record.last?.header("Content-Length") == "0")
    }

    @Test func `uploads in chunks if the registry rejects the whole blob by PUT and PATCH`() async throws {
        let record = try await push(
            #"""
            [{"method":"PUT","path":"uploads","over":0,"status":405},
             {"method":"PATCH","without":"Content-Range","status":413}]
            """#
        )
        #expect(ranges(record) == ["all", "0-65535", "65536-131071", "131072-149999"])
    }

    @Test func `starts the next blob with the strategy that worked`() async throws {
        let registry = try await Self.open.value.reset()
        try await registry.order(#"[{"method":"PUT","path":"uploads","over":0,"status":405}]"#)
        let repository = try bench.repository(registry.name)
        try await repository.push(layer)
        _ = try await registry.drained()
        try await repository.push(bench.image.config)
        #expect(
            try await bench.image.lines(registry.drained()) == ["POST uploads", "PATCH upload", "PUT upload"]
        )
    }

    static let accepted: [(rules: String, why: String)] = [
        (#"{"method":"PUT","path":"uploads","answer_status":204}"#, "204"),
        (#"{"method":"PUT","path":"uploads","answer_status":202}"#, "202, and it is there"),
        (#"\#(chunksOnly),{"method":"PATCH","answer_status":201}"#, "PATCH: 201 (ECR)"),
        (#"\#(chunksOnly),{"method":"PATCH","answer_status":204}"#, "PATCH: 204 (Pulp)"),
        (#"\#(chunksOnly),{"method":"PATCH","answer_status":200}"#, "PATCH: 200"),
    ]

    @Test("accepts every success status", arguments: accepted)
    func yes(rules: String, why: String) async throws {
        let record = try await push("[\(rules)]")
        #expect(record.filter { $0.method == "POST" }.count == 1, "\(why)")
    }

    @Test func `rejects a success status if the blob does not exist`() async throws {
        let registry = try await Self.open.value.reset()
        for (rule, phrase) in [
            (#"{"method":"PUT","path":"uploads","status":202}"#, "unexpected status 202"),
            (#"{"method":"POST","status":201}"#, "unexpected status 201"),
        ] {
            try await registry.order("[\(rule)]")
            let repository = try bench.repository(registry.name)
            let failure = await bench.failure { () async throws(Failure) in
                try await repository.push(bench.image.config)
            }
            #expect(failure?.code == .protocolViolation)
            #expect(failure?.message.contains(phrase) == true)
        }
    }

    // MARK: Chunks

    static let said: [(rule: String, why: String)] = [
        (#""stale_range":true"#, "what it said before, as ECR"),
        (#""stale_range":"piece""#, "counted from the chunk's start, as Alibaba Cloud"),
        (#""stale_range":"0-99999999""#, "more than was sent"),
        (#""stale_range":"nonsense""#, "nothing that means anything"),
        (#""extra_headers":{"Range":null}"#, "no word"),
        (#""location":"relative""#, "a relative place"),
    ]

    @Test("continues with the next chunk for any Range in the response", arguments: said)
    func following(rule: String, why: String) async throws {
        let record = try await push("[\(Self.chunksOnly),{\"method\":\"PATCH\",\(rule)}]")
        #expect(ranges(record) == ["0-65535", "65536-131071", "131072-149999"], "\(why)")
    }

    @Test func `sends chunks of the registry's minimum size`() async throws {
        let record = try await push(#"[\#(Self.chunksOnly),{"method":"POST|PATCH","min_chunk":80000}]"#)
        #expect(ranges(record) == ["0-79999", "80000-149999"])
    }

    static let interruptions: [(rule: String, ranges: [String], sessions: Int, why: String)] = [
        (
            #"{"method":"PATCH","occurrence":2,"cut_upload":10000}"#,
            ["0-65535", "65536-131071", "75536-141071", "141072-149999"], 1, "cut in the middle"
        ),
        (
            #"{"method":"PATCH","occurrence":2,"cut_upload":10000,"reset":true,"forget":true}"#,
            ["0-65535", "65536-131071", "0-65535", "65536-131071", "131072-149999"], 2,
            "cut, and forgotten"
        ),
        (
            #"{"method":"PATCH","occurrence":2,"drop":"after"}"#,
            ["0-65535", "65536-131071", "131072-149999"], 1, "it arrived, the answer did not"
        ),
        (
            #"{"method":"PATCH","occurrence":2,"status":416}"#,
            ["0-65535", "65536-131071", "65536-131071", "131072-149999"], 1,
            "refused as out of order"
        ),
        (
            #"{"method":"PATCH","occurrence":2,"status":503}"#,
            ["0-65535", "65536-131071", "65536-131071", "131072-149999"], 1, "busy"
        ),
        (
            #"{"method":"PATCH","occurrence":2,"status":404}"#,
            ["0-65535", "65536-131071", "0-65535", "65536-131071", "131072-149999"], 2,
            "the upload is unknown"
        ),
        (
            #"{"method":"PATCH","occurrence":2,"status":400,"body":{"errors":[{"code":"BLOB_UPLOAD_INVALID"}]}}"#,
            ["0-65535", "65536-131071", "0-65535", "65536-131071", "131072-149999"], 2,
            "the upload is unknown, in other words"
        ),
        (
            #"{"method":"PUT","path":"uploads","occurrence":2,"status":400,"body":{"errors":[{"code":"DIGEST_INVALID"}]}}"#,
            [
                "0-65535", "65536-131071", "131072-149999", "0-65535", "65536-131071",
                "131072-149999",
            ], 2, "the chunks were put together in a wrong way"
        ),
        (
            #"{"method":"PATCH","occurrence":2,"drop":"before"},{"method":"GET","path":"uploads","status":405}"#,
            ["0-65535", "65536-131071", "0-65535", "65536-131071", "131072-149999"], 3,
            "it cannot be asked what it has"
        ),
        (
            #"{"method":"PATCH","occurrence":2,"drop":"before"},{"method":"GET","path":"uploads","stale_range":"0-99999999"}"#,
            ["0-65535", "65536-131071", "0-65535", "65536-131071", "131072-149999"], 3,
            "it has more than it was sent"
        ),
    ]

    @Test("resumes an interrupted chunk at the registry's offset", arguments: interruptions)
    func resuming(rule: String, ranges expected: [String], sessions: Int, why: String) async throws {
        let record = try await push("[\(Self.chunksOnly),\(rule)]")
        #expect(ranges(record) == expected, "\(why)")
        #expect(record.filter { $0.method == "POST" }.count == sessions, "\(why)")
    }

    @Test func `uploads in chunks after two connections are lost with the whole blob`()
        async throws
    {
        let record = try await push(
            #"[{"method":"PUT","path":"uploads","over":0,"occurrence":[1,2],"cut_upload":20000}]"#
        )
        #expect(ranges(record) == ["20000-85535", "85536-149999"])
    }

    static let badNetworks: [(rule: String, why: String)] = [
        (
            #"{"method":"PATCH","occurrence":"1+","over":6000,"cut_upload":6000}"#,
            "the registry keeps what has come"
        ),
        (
            #"{"method":"PATCH","occurrence":[2,4,6,8,10,12,14,16,18,20,22,24,26,28,30,32,34,36,38,40],"cut_upload":9,"forget":true}"#,
            "it forgets everything each time"
        ),
    ]

    @Test("an upload succeeds in spite of 20 cuts in a row", arguments: badNetworks)
    func manyCuts(rule: String, why: String) async throws {
        let record = try await push("[\(Self.chunksOnly),\(rule)]", retries: 1)
        #expect(record.filter { $0.method == "PATCH" }.count > 20, "\(why)")
    }

    @Test func `an upload ends if the network never lets the blob through`() async throws {
        let registry = try await Self.open.value.reset()
        try await registry.order(
            #"[\#(Self.chunksOnly),{"method":"PATCH","with":"Content-Range: 65536","cut_upload":9,"forget":true}]"#
        )
        let repository = try bench.repository(registry.name, retries: 2)
        let failure = await bench.failure { () async throws(Failure) in try await repository.push(layer) }
        #expect(failure?.code == .connectionLost)
        // One try makes new progress, 32 more send some data, and the others are the retries.
        let sessions = try await registry.drained().count { $0.method == "POST" }
        #expect((33...36).contains(sessions), "\(sessions)")
    }

    // MARK: Abandoned uploads

    static let aborts: [(rules: String, why: String)] = [
        (#"{"method":"PUT","path":"uploads","status":400}"#, "refused"),
        (#"{"method":"PUT","path":"uploads","status":500}"#, "broken for ever"),
        (
            #"{"method":"PUT","path":"uploads","status":400},{"method":"DELETE","status":500}"#,
            "the deletion fails"
        ),
        (
            #"{"method":"PUT","path":"uploads","status":400},{"method":"DELETE","drop":"before"}"#,
            "no answer to it"
        ),
        (
            #"{"method":"PUT","path":"uploads","status":400},{"method":"DELETE","stall":3600}"#,
            "it takes for ever"
        ),
    ]

    @Test("deletes an abandoned upload and ignores the result", arguments: aborts)
    func deletion(rules: String, why: String) async throws {
        let registry = try await Self.basic.value.reset()
        try await registry.order("[\(rules)]")
        let repository = try bench.repository(registry.name, credential: .known, retries: 1)
        let failure = await bench.failure { () async throws(Failure) in
            try await repository.push(bench.image.config)
        }
        #expect(failure?.http?.status == (rules.contains("500}") && !rules.contains("400") ? 500 : 400))
        let record = try await registry.drained().filter { $0.status != 401 }
        // libcurl repeats a request without a response once.
        let deletions = record.reversed().prefix { $0.method == "DELETE" }
        #expect((1...2).contains(deletions.count), "\(why)")
        #expect(record.last?.header("Authorization") != nil)
        #expect(
            Set(record.filter { $0.method == "DELETE" }.map(\.path)).count
                == record.count { $0.method == "POST" }
        )
    }

    @Test func `deletes a canceled upload`() async throws {
        let registry = try await Self.open.value.reset()
        try await registry.order(#"[{"method":"PUT","path":"uploads","stall":3600}]"#)
        let repository = try bench.repository(registry.name)
        let task = Task { [layer] in try await repository.push(layer) }
        await bench.events.wait { $0.contains(where: \.isMoving) }
        task.cancel()
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .interrupted)
        #expect(try await bench.image.lines(registry.drained()).last == "DELETE upload")
    }

    @Test func `deletes an upload that opens during its cancellation`() async throws {
        let registry = try await Self.open.value.reset()
        try await registry.order(#"[{"method":"POST","path":"uploads","held":true}]"#)
        let repository = try bench.repository(registry.name, clock: .stopped)
        let task = Task { [layer] in try await repository.push(layer) }
        try await registry.wait(for: "POST", "uploads")
        _ = try await registry.drained()
        task.cancel()
        try await registry.order("[]")
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .interrupted)
        #expect(try await bench.image.lines(registry.drained()) == ["DELETE upload"])
    }

    @Test func `does not wait for an unanswered opening after its cancellation`() async throws {
        let registry = try await Self.open.value.reset()
        try await registry.order(#"[{"method":"POST","path":"uploads","stall":3600}]"#)
        let repository = try bench.repository(registry.name)
        let task = Task { [layer] in try await repository.push(layer) }
        try await registry.wait(for: "POST", "uploads")
        task.cancel()
        let failure = await #expect(throws: Failure.self) { try await task.value }
        #expect(failure?.code == .interrupted)
        #expect(bench.clock.pauses == [.milliseconds(1500)])
    }

    @Test func `deletes an upload if the blob exists already`() async throws {
        let record = try await push(#"[{"method":"PUT","path":"uploads","occurrence":1,"drop":"after"}]"#)
        #expect(bench.image.lines(record).suffix(2).first?.hasPrefix("HEAD blobs") == true)
        #expect(bench.image.lines(record).last == "DELETE upload")
    }

    @Test func `does not delete an upload at another host`() async throws {
        let registry = try await Self.open.value.reset()
        try await registry.order(
            #"[{"method":"POST","location":"otherhost"},{"method":"PUT","path":"uploads","status":400}]"#
        )
        let repository = try bench.repository(registry.name)
        _ = await bench.failure { () async throws(Failure) in try await repository.push(layer) }
        #expect(try await registry.drained().allSatisfy { $0.method != "DELETE" })
    }

    // MARK: Outcome

    @Test func `sends a blob once if it is pushed twice concurrently`() async throws {
        let registry = try await Self.open.value.reset()
        let repository = try bench.repository(registry.name)
        async let one: Void = repository.push(layer)
        async let other: Void = repository.push(layer)
        _ = try await (one, other)
        try await repository.push(layer)
        #expect(try await bench.image.lines(registry.drained()) == ["POST uploads", "PUT upload"])
    }

    @Test func `progress does not decrease when bytes are sent again`() async throws {
        try await push(#"[{"method":"PUT","path":"uploads","occurrence":1,"cut_upload":50000}]"#)
        let moved = bench.events.events.compactMap { event -> Int? in
            guard case .transfer(let transfer) = event, case .moved(let bytes) = transfer.stage else {
                return nil
            }
            return bytes
        }
        #expect(moved == moved.sorted())
        #expect(Set(moved).count == moved.count)
        #expect(moved.last == 150_000)
    }

    @Test func `compares an announced digest with another algorithm`() async throws {
        let bytes = try layer.bytes(limit: .max)
        let right = Digest(of: bytes, algorithm: .sha512)
        let wrong = Digest(of: Array(bytes.dropLast()), algorithm: .sha512)
        try await push(#"[{"method":"PUT","path":"uploads","wrong_digest_header":"\#(right)"}]"#)
        let registry = try await Self.open.value.reset()
        try await registry.order(
            #"[{"method":"PUT","path":"uploads","wrong_digest_header":"\#(wrong)"}]"#
        )
        let repository = try bench.repository(registry.name)
        let failure = await bench.failure { () async throws(Failure) in try await repository.push(layer) }
        #expect(failure?.code == .digestMismatch)
    }

    // MARK: Existing blobs

    static let silent: [(rule: String, why: String)] = [
        (#""status":405"#, "no HEAD here"), (#""status":500"#, "broken for ever"),
        (#""status":400"#, "refused"), (#""extra_headers":{"Content-Length":"17"}"#, "another size"),
    ]

    @Test("uploads a blob if the registry cannot say whether it exists", arguments: silent)
    func presence(rule: String, why: String) async throws {
        let registry = try await Self.open.value.reset()
        try await registry.order("[{\"method\":\"HEAD\",\"path\":\"blobs\",\(rule)}]")
        let repository = try bench.repository(registry.name)
        try await bench.push(to: repository)
        #expect(try await !repository.contains(layer.descriptor), "\(why)")
        #expect(try await registry.drained().contains { $0.method == "PUT" && $0.body_length == 150_000 })
    }
}
