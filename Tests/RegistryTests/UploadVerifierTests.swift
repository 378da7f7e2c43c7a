import Diagnostics
import Foundation
import HTTPTransport
import OCI
import Storage
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Registry

/// Files that change after verification, which must not be uploaded as the blob.
@Suite(.serialized, .timed, .timeLimit(.minutes(5))) struct UploadVerifierTests {
    private static let open = Task { try await ScriptedRegistry.start() }
    private static let chunksOnly = #"[{"method":"PUT","path":"uploads","over":0,"status":413}]"#

    private let folder: TemporaryFolder
    private let file: FilePath
    private let blob: Blob

    init() throws {
        folder = try TemporaryFolder()
        file = folder.path.appending("blob")
        let layer = try TestImage(layerSize: 9_000_000).layer
        try Data(layer.bytes(limit: .max)).write(to: URL(filePath: file.string))
        blob = try Blob(verifying: file, against: layer.descriptor)
    }

    private static func overwrite(_ file: FilePath, at offset: Int) throws {
        let handle = try FileHandle(forUpdating: URL(filePath: file.string))
        try handle.seek(toOffset: UInt64(offset))
        let byte = try handle.read(upToCount: 1)?.first ?? 0
        try handle.seek(toOffset: UInt64(offset))
        try handle.write(contentsOf: [~byte])
        try handle.close()
    }

    typealias Change = (what: String, rules: String, change: @Sendable (FilePath) throws -> Void)

    static let changes: [Change] = [
        ("its first byte", "[]", { try overwrite($0, at: 0) }),
        ("its last byte", "[]", { try overwrite($0, at: 8_999_999) }),
        ("a byte of its last chunk", chunksOnly, { try overwrite($0, at: 8_500_000) }),
        ("it is shorter", "[]", { truncate($0.string, 8_999_999) }),
        ("it is longer", "[]", { truncate($0.string, 9_000_001) }),
        (
            "it is a link", "[]",
            { file in
                try FileManager.default.moveItem(atPath: file.string, toPath: file.string + ".away")
                try FileManager.default.createSymbolicLink(
                    atPath: file.string,
                    withDestinationPath: file.string + ".away"
                )
            }
        ),
        (
            "it is a pipe", "[]",
            { file in
                unlink(file.string)
                mkfifo(file.string, 0o600)
            }
        ),
        ("it is gone", "[]", { unlink($0.string) }),
    ]

    @Test("does not upload a file that was replaced", arguments: 0..<changes.count)
    func changed(row: Int) async throws {
        let (what, rules, change) = Self.changes[row]
        let registry = try await Self.open.value.reset()
        try await registry.order(rules)
        let bench = try Bench(layerSize: 1)
        try change(file)
        try await expectRejection(bench, bench.repository(registry.name), registry, what)
    }

    private func expectRejection(
        _ bench: Bench,
        _ repository: RemoteRepository,
        _ registry: ScriptedRegistry,
        _ what: String
    ) async throws {
        let failure = await bench.failure { () async throws(Failure) in try await repository.push(blob) }
        #expect(failure?.code == .layoutCorrupt, "\(what): \(failure?.description ?? "")")
        #expect(failure?.message.contains(file.string) == true)
        let record = try await registry.drained()
        #expect(record.filter { $0.method == "POST" }.count == 1, "it is not tried again")
        let sent = record.compactMap(\.body_length).reduce(0, +)
        #expect(sent < 9_000_000 || record.contains { $0.status == 413 }, "the last piece stays here")
        #expect(record.last?.method == "DELETE")
        try await registry.order("[]")
        #expect(try await !repository.contains(blob.descriptor))
    }

    @Test("does not complete the upload of a file that changes meanwhile", arguments: ["[]", chunksOnly])
    func changing(rules: String) async throws {
        let registry = try await Self.open.value.reset()
        try await registry.order(rules)
        let bench = try Bench(layerSize: 1)
        let events = ActingSink { [file] in try? Self.overwrite(file, at: 8_999_999) }
        let repository = RemoteRepository(
            try RepositoryName(parsing: bench.name),
            at: RegistryConnection(
                RegistryEndpoint(try RegistryName(parsing: registry.name), usesPlainHTTP: true),
                transport: try CurlTransport(),
                events: events
            ),
            access: .push,
            credentials: ExplicitCredential(nil, source: "the test"),
            spoolingIn: .existing(bench.spool.path)
        )
        try await expectRejection(bench, repository, registry, "changed on the way")
    }

    @Test func `hashes bytes again that are sent again`() async throws {
        let registry = try await Self.open.value.reset()
        for rules in [
            #"{"method":"PUT","path":"uploads","occurrence":1,"status":503}"#,
            #"{"method":"PUT","path":"uploads","occurrence":[1,2],"cut_upload":5000000}"#,
            #"{"method":"PUT","path":"uploads","occurrence":1,"status":405}"#,
            #"{"method":"PUT","path":"uploads","occurrence":1,"status":307,"headers":{"Location":"/v2/x/blobs/uploads/0"}},{"method":"PUT","path":"/v2/x/","status":503}"#,
            #"{"method":"PUT","over":0,"path":"uploads","status":413},{"method":"PATCH","occurrence":2,"cut_upload":777777}"#,
            #"{"method":"PUT","over":0,"path":"uploads","status":413},{"method":"PATCH","occurrence":3,"cut_upload":7,"forget":true}"#,
        ] {
            try await registry.order("[\(rules)]")
            let bench = try Bench(layerSize: 1)
            let repository = try bench.repository(registry.name)
            try await repository.push(blob)
            try await registry.order("[]")
            #expect(try await repository.contains(blob.descriptor))
        }
    }

    @Test func `verifies ranges in any order, including the bytes before them`() throws {
        let bytes = Array(UInt8.min...UInt8.max)
        let proof = UploadVerifier(of: Blob(bytes, mediaType: .layerTarGzip))
        func send(_ range: Range<Int>) throws(TransferError) {
            try Array(bytes[range]).withUnsafeBufferPointer { (buffer) throws(TransferError) in
                try proof.inspect(UnsafeRawBufferPointer(buffer), 0)
            }
        }
        for range in [0..<100, 100..<200, 150..<200, 40..<60, 0..<256, 200..<256, 30..<256, 255..<256] {
            try proof.begin(at: range.lowerBound)
            try send(range)
        }
        #expect(proof.failure == nil)
        try proof.begin(at: 200)
        let error = #expect(throws: TransferError.self) { try send(100..<156) }
        #expect(error?.kind == .bodyUnreadable)
        #expect(proof.failure?.code == .digestMismatch)
    }
}

/// A sink that runs an action once, after the first bytes were sent.
private final class ActingSink: EventSink {
    private let act: @Sendable () -> Void
    private let hasActed = Mutex(false)

    init(_ act: @escaping @Sendable () -> Void) { self.act = act }

    func record(_ event: Event) {
        guard case .transfer(let transfer) = event, case .moved(let bytes) = transfer.stage, bytes > 0 else {
            return
        }
        let isFirst = hasActed.withLock { hasActed in
            defer { hasActed = true }
            return !hasActed
        }
        if isFirst { act() }
    }
}
