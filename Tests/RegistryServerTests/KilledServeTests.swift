import Foundation
import OCI
import Storage
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// What a killed registry has left on the disk.
enum KilledRegistry {
    /// Expects that each blob of a layout has its digest, and that each image is complete.
    ///
    /// - Parameters:
    ///   - layout: the layout of a repository.
    ///   - whole: the names of blobs that are not read again.
    ///   - moment: when it was killed.
    /// - Returns: the entries of the index, and the names of the blobs that were read.
    /// - Throws: errors of reading the layout.
    static func verified(_ layout: FilePath, skipping whole: Set<String> = [], _ moment: String) async throws
        -> (entries: [Descriptor], names: Set<String>)
    {
        let blobs = layout.appending("blobs").appending("sha256")
        for name in try tree(blobs) where !name.hasPrefix(".") && !whole.contains(name) {
            let digest = Digest(of: try contents(of: blobs.appending(name)))
            #expect(digest.encoded == name, "\(moment): a blob is damaged")
        }
        let opened = try await ImageLayout(opening: layout)
        let entries = try opened.index().manifests
        var names: Set<String> = []
        for entry in entries where !whole.contains(entry.digest.encoded) {
            let verified = try await Verification(of: entry, in: opened).verified.map(\.digest.encoded)
            #expect(verified.count >= 3, "\(moment): \(entry.digest) is not complete")
            names.formUnion(verified)
        }
        return (entries, names)
    }
}

/// `wasmpack serve` is killed while four clients push.
///
/// The moments are responses of the registry, counted by the clients.
struct KilledServe {
    /// An image that the registry has acknowledged.
    private struct Acknowledged: Sendable {
        let tag: String
        let manifest: Blob
        let layer: String
    }

    private let folder: ScratchDirectory
    private let acknowledged = Acknowledgements()

    private final class Acknowledgements: Sendable {
        let images = Mutex<[Acknowledged]>([])
        let responses = Mutex(0)
        /// The names of blobs that were verified as parts of an image.
        let whole = Mutex<Set<String>>([])
    }

    init() throws { folder = try ScratchDirectory() }

    private var registryFolder: FilePath { folder.appending("registry") }

    /// Runs the registry, kills it after a number of responses, and checks what is on the disk.
    func round(_ number: Int, killingAfter limit: Int, isLast: Bool) async throws {
        let ready = folder.appending("ready-\(number)").string
        let program = try RunningProgram(
            "/bin/bash",
            [
                "-c", #"exec "$0" serve --listen 127.0.0.1:0 --dir registry -q >"$1""#, BuiltProgram.wasmpack,
                ready,
            ],
            environment: ["PATH": "/usr/bin:/bin", "TMPDIR": folder.path.string],
            in: URL(filePath: folder.path.string)
        )
        var address = ""
        try await wait(for: "the registry") {
            if program.hasEnded { throw PeerError(try await program.wait().description) }
            address = (try? String(contentsOfFile: ready, encoding: .utf8)) ?? ""
            return address.hasSuffix("\n")
        }
        let port = try #require(Int(address.dropLast().split(separator: ":")[1]))
        acknowledged.responses.withLock { $0 = 0 }
        await withTaskGroup(of: Void.self) { group in
            for client in 0..<4 {
                group.addTask {
                    // Ends with the connection.
                    try? await push(as: client, in: number, to: port) {
                        let count = acknowledged.responses.withLock { count in
                            count += 1
                            return count
                        }
                        if count == limit { program.signal(SIGKILL) }
                    }
                }
            }
        }
        program.signal(SIGKILL)
        await program.waitForEnd()
        try await check("after kill \(number) at response \(limit)", isLast: isLast)
    }

    /// Pushes images until the registry is gone; calls `responded` after each response.
    private func push(as client: Int, in round: Int, to port: Int, _ responded: () -> Void) async throws {
        let connection = try RawHTTP(port: port)
        func send(_ method: String, _ target: String, _ fields: [String: String] = [:], _ body: [UInt8] = [])
            async throws -> RawResponse
        {
            let response = try await connection.exchange(method, target, fields, body: body)
            responded()
            return response
        }
        func pushBlob(_ text: String, inChunks: Bool) async throws {
            let bytes = Array(text.utf8)
            let uploads = "/v2/team/plugin/blobs/uploads/"
            if !inChunks {
                _ = try await send("POST", "\(uploads)?digest=\(Digest(of: bytes))", [:], bytes)
                return
            }
            let location = try await send("POST", uploads).fields["location"] ?? ""
            _ = try await send("PATCH", location, [:], Array(bytes.prefix(3)))
            _ = try await send(
                "PUT",
                "\(location)?digest=\(Digest(of: bytes))",
                [:],
                Array(bytes.dropFirst(3))
            )
        }
        for number in 0..<1000 {
            let layer = "layer \(round) \(client) \(number)"
            try await pushBlob("{}", inChunks: false)
            try await pushBlob(layer, inChunks: number % 2 == 0)
            let manifest = RegistryUnderTest.image(layer: layer)
            let tag = "r\(round)-c\(client)-\(number % 5)"
            let response = try await send(
                "PUT",
                "/v2/team/plugin/manifests/\(tag)",
                ["Content-Type": MediaType.imageManifest.name],
                try manifest.bytes(limit: 10_000)
            )
            guard response.status == 201 else { throw PeerError("\(response)") }
            let image = Acknowledged(tag: tag, manifest: manifest, layer: layer)
            acknowledged.images.withLock { $0.append(image) }
        }
    }

    /// Everything that was acknowledged is there, and everything else is whole or absent.
    ///
    /// What was whole once is read again only if `isLast`, so that the work does not grow with each kill.
    private func check(_ moment: String, isLast: Bool) async throws {
        let layout = registryFolder.appending("team").appending("plugin")
        guard ImageLayout.exists(at: layout) else {
            #expect(acknowledged.images.withLock { $0.isEmpty }, "\(moment)")
            return
        }
        let whole = isLast ? [] : acknowledged.whole.withLock { $0 }
        let (entries, verified) = try await KilledRegistry.verified(layout, skipping: whole, moment)
        acknowledged.whole.withLock { $0.formUnion(verified) }
        let images = acknowledged.images.withLock { $0 }
        let digests = Set(entries.map(\.digest))
        for image in images {
            #expect(
                digests.contains(image.manifest.descriptor.digest),
                "\(moment): \(image.tag) was acknowledged"
            )
        }
        // A client that was killed in its next push of a tag does not know whether that has moved it.
        let found = Dictionary(grouping: entries) { $0.referenceName }
        for tag in Set(images.map(\.tag)) {
            #expect(found[tag]?.count == 1, "\(moment): \(tag)")
        }
    }
}

/// `wasmpack serve` under `kill -9`.
@Suite(.timed, .timeLimit(.minutes(5))) struct KilledServeTests {
    @Test func `after kill -9, everything that was acknowledged is there, and the rest is whole or absent`()
        async throws
    {
        let serve = try KilledServe()
        let limits = [1, 7, 20, 41, 90]
        for (number, limit) in limits.enumerated() {
            try await serve.round(number, killingAfter: limit, isLast: number == limits.count - 1)
        }
    }
}

/// The same at more moments.
@Suite(.long, .timeLimit(.minutes(10))) struct KilledServeLongTests {
    @Test func `fifty kills lose nothing`() async throws {
        let serve = try KilledServe()
        var generator = SeededGenerator(seed: 15)
        for number in 0..<50 {
            let limit = Int.random(in: 1...120, using: &generator)
            try await serve.round(number, killingAfter: limit, isLast: number == 49)
        }
    }
}
