import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// Downloads over connections that break, from registries that can and cannot resume.
@Suite(.serialized, .timed, .timeLimit(.minutes(5))) struct DownloadTests {
    private static let open = Task { try await ScriptedRegistry.start() }
    private static let size = 100_000

    /// Starts a registry with the image.
    private func filled(
        _ bench: Bench,
        _ server: Task<ScriptedRegistry, any Error> = Self.open
    ) async throws -> ScriptedRegistry {
        let registry = try await server.value.reset()
        try await bench.push(to: bench.repository(registry.name, credential: .known))
        _ = try await registry.drained()
        return registry
    }

    /// A rule for only the layer.
    private func rule(_ bench: Bench, _ faults: String) -> String {
        #"{"method":"GET","path":"blobs?/.*\#(bench.image.layer.descriptor.digest)",\#(faults)}"#
    }

    /// Returns the requested ranges of the layer in order; `nil` means the whole layer.
    private func ranges(_ bench: Bench, _ registry: ScriptedRegistry) async throws -> [String?] {
        try await registry.drained().filter {
            $0.path.hasSuffix(bench.image.layer.descriptor.digest.description)
        }.map { $0.header("Range") }
    }

    @Test func `resumes a download after the connection is cut`() async throws {
        let bench = try Bench(layerSize: Self.size)
        let registry = try await filled(bench)
        try await registry.order("[\(rule(bench, #""occurrence":[1,2,3],"cut":30000"#))]")
        let pushed = bench.events.events.count
        let store = try await bench.pull(from: bench.repository(registry.name, access: .pull))
        try await bench.image.expect(in: store)
        let ranges = try await ranges(bench, registry)
        #expect(ranges == [nil, "bytes=30000-", "bytes=60000-", "bytes=90000-"])
        var last = 0
        for case .transfer(let transfer) in bench.events.events.dropFirst(pushed)
        where transfer.size == Self.size {
            guard case .received(let bytes) = transfer.stage else { continue }
            #expect(bytes >= last, "what is shown never falls back")
            last = bytes
        }
        #expect(last == Self.size)
    }

    @Test func `a download continues after any number of cuts as long as it makes progress`() async throws {
        let bench = try Bench(layerSize: Self.size)
        let registry = try await filled(bench)
        var random = SeededGenerator(seed: 20)
        let cuts = (1...20).map { number in
            let reset = Bool.random(using: &random)
            return rule(
                bench,
                #""occurrence":\#(number),"cut":\#(Int.random(in: 1...4_500, using: &random)),"reset":\#(reset)"#
            )
        }
        try await registry.order("[\(cuts.joined(separator: ","))]")
        let store = try await bench.pull(from: bench.repository(registry.name, access: .pull, retries: 2))
        try await bench.image.expect(in: store)
        #expect(try await ranges(bench, registry).count == 21)
    }

    @Test func `a download without progress ends after the last retry`() async throws {
        let bench = try Bench(layerSize: Self.size)
        let registry = try await filled(bench)
        try await registry.order("[\(rule(bench, #""cut":20000,"whole":true"#))]")
        let repository = try bench.repository(registry.name, access: .pull)
        let failure = await bench.failure { () async throws(Failure) in
            try await bench.pull(from: repository)
        }
        #expect(failure?.code == .connectionLost)
        #expect(try await ranges(bench, registry) == [nil] + Array(repeating: "bytes=20000-", count: 3))
        #expect(bench.spool.names.isEmpty)
    }

    // MARK: Registries that cannot resume

    private static let range = #""with":"Range","extra_headers""#
    private static let offTrack: [(faults: String, requests: Int, why: String)] = [
        (#""whole":true"#, 2, "all of it: that is taken, from its start"),
        (#""with":"Range","status":416"#, 3, "no parts"),
        (#"\#(range):{"Content-Range":"bytes 0-49999/100000"}"#, 3, "another part"),
        (#"\#(range):{"Content-Range":"bytes 49999-99999/100000"}"#, 3, "a part from a byte before"),
        (#"\#(range):{"Content-Range":"bytes 50000-99998/100000"}"#, 3, "a part without the last byte"),
        (#"\#(range):{"Content-Range":"bytes 50000-99999/100001"}"#, 3, "a part of something larger"),
        (#"\#(range):{"Content-Range":"bytes 50000-99999/*"}"#, 3, "a part of an unknown whole"),
        (#"\#(range):{"Content-Range":"bytes 50000-99999/99999999999999999999"}"#, 3, "a huge whole"),
        (#"\#(range):{"Content-Range":"50000-99999/100000"}"#, 3, "no unit"),
        (#"\#(range):{"Content-Range":null}"#, 3, "no word of which part"),
        (
            #"\#(range):{"Content-Range":["bytes 50000-99999/100000","bytes 0-1/2"]}"#, 3,
            "two words of which part"
        ),
        (
            #"\#(range):{"Content-Range":null,"Content-Type":"multipart/byteranges; boundary=x"}"#, 3,
            "several parts at once"
        ),
    ]

    @Test("starts again if the registry does not resume at the right byte", arguments: offTrack)
    func startOver(faults: String, requests: Int, why: String) async throws {
        let bench = try Bench(layerSize: Self.size)
        let registry = try await filled(bench)
        let rules = [rule(bench, #""occurrence":1,"cut":50000"#), rule(bench, faults)]
        try await registry.order("[\(rules.joined(separator: ","))]")
        let store = try await bench.pull(from: bench.repository(registry.name, access: .pull))
        try await bench.image.expect(in: store)
        let expected = Array([nil, "bytes=50000-", nil].prefix(requests))
        #expect(try await ranges(bench, registry) == expected, "\(why)")
        #expect(bench.spool.names.count == 2, "a file for each blob, and none for what was thrown away")
    }

    // MARK: Incomplete responses

    @Test func `resumes a body without a length that ends early`() async throws {
        let bench = try Bench(layerSize: Self.size)
        let registry = try await filled(bench)
        try await registry.order("[\(rule(bench, #""occurrence":1,"truncate":40000,"no_length":true"#))]")
        let store = try await bench.pull(from: bench.repository(registry.name, access: .pull))
        try await bench.image.expect(in: store)
        #expect(try await ranges(bench, registry) == [nil, "bytes=40000-"])
    }

    @Test func `accepts a complete body if only the end of the response is missing`() async throws {
        let bench = try Bench(layerSize: Self.size)
        let registry = try await filled(bench)
        try await registry.order("[\(rule(bench, #""chunked":true,"cut":\#(Self.size)"#))]")
        let store = try await bench.pull(from: bench.repository(registry.name, access: .pull, retries: 0))
        try await bench.image.expect(in: store)
        #expect(try await ranges(bench, registry) == [nil])
    }

    @Test func `does not request complete but wrong content again`() async throws {
        let bench = try Bench(layerSize: Self.size)
        let registry = try await filled(bench)
        let rules = [
            rule(bench, #""occurrence":1,"cut":50000"#), rule(bench, #""occurrence":2,"flip":7"#),
        ]
        try await registry.order("[\(rules.joined(separator: ","))]")
        let repository = try bench.repository(registry.name, access: .pull)
        let failure = await bench.failure { () async throws(Failure) in
            try await bench.pull(from: repository)
        }
        #expect(failure?.code == .digestMismatch)
        #expect(failure?.why?.contains("(\(Self.size) of \(Self.size) bytes)") == true)
        #expect(try await ranges(bench, registry) == [nil, "bytes=50000-"])
        #expect(bench.spool.names.isEmpty)
    }

    // MARK: Redirects and tokens

    @Test func `resumes a download from a storage host without credentials`() async throws {
        let bench = try Bench(layerSize: Self.size)
        let registry = try await filled(bench, Task { try await ScriptedRegistry.start(.basic) })
        try await registry.order(
            #"""
            [{"path":"/v2/.*blobs","redirect":"otherhost"},
             {"path":"/__blob/.*\#(bench.image.config.descriptor.digest)","occurrence":1,"cut":30},
             {"path":"/__blob/.*\#(bench.image.layer.descriptor.digest)","occurrence":1,"cut":30}]
            """#
        )
        let store = try await bench.pull(
            from: bench.repository(registry.name, access: .pull, credential: .known)
        )
        try await bench.image.expect(in: store)
        let elsewhere = try await registry.drained().filter { $0.path.hasPrefix("/__blob/") }
        #expect(elsewhere.count { $0.header("Range") == "bytes=30-" } == 2)
        #expect(elsewhere.allSatisfy { $0.header("Authorization") == nil })
        bench.expectNoSecrets()
    }

    @Test func `resumes a download with a new token after the old one expires`() async throws {
        let bench = try Bench(layerSize: Self.size)
        let layer = bench.image.layer
        let registry = try await ScriptedRegistry.start(.bearer, ["--token-uses", "1"])
        try await bench.repository(registry.name, credential: .known).push(layer)
        _ = try await registry.drained()
        try await registry.order("[\(rule(bench, #""with":"Authorization","occurrence":1,"cut":30000"#))]")
        let repository = try bench.repository(registry.name, access: .pull, credential: .known)
        let blob = try await repository.fetch(layer.descriptor)
        #expect(try blob.bytes(limit: .max) == layer.bytes(limit: .max))
        let resumed = try await registry.drained().filter { $0.header("Range") == "bytes=30000-" }
        #expect(resumed.map(\.status) == [401, 206])
        bench.expectNoSecrets()
    }
}
