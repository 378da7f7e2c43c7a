import Diagnostics
import Foundation
import OCI
import Synchronization
import SystemPackage
import TestSupport
import Testing

@testable import Storage

/// Changes of an index by many clients of a registry.
@Suite(.timeLimit(.minutes(1))) struct ServedLayoutTests {
    private let folder: ScratchDirectory
    private let layout: ServedLayout

    init() async throws {
        folder = try ScratchDirectory()
        layout = try await ServedLayout(creating: folder.appending("layout"), below: folder.path)
    }

    private func entry(_ number: Int) -> Descriptor {
        let bytes = Array("manifest \(number)".utf8)
        return Descriptor(mediaType: .imageManifest, digest: Digest(of: bytes), size: bytes.count)
    }

    /// Returns the results of changes that all wait while the first one holds its turn.
    private func together(
        _ count: Int,
        alone: Int? = nil,
        _ body: @escaping @Sendable (Int, inout IndexDocument) throws(Failure) -> Void,
        meanwhile: () throws -> Void = {}
    ) async throws -> [Result<Void, Failure>] {
        let (held, release) = AsyncStream.makeStream(of: Void.self)
        let layout = layout
        let first = Task {
            _ = try await layout.change { _ async throws(Failure) -> ServedLayout.Change<Void> in
                for await _ in held {}
                return .unchanged(())
            }
        }
        let others = (0..<count).map { number in
            Task { () -> Result<Void, Failure> in
                do throws(Failure) {
                    try await layout.change(isAlone: number == alone) {
                        document async throws(Failure) -> ServedLayout.Change<Void> in
                        try body(number, &document)
                        return .changed(())
                    }
                    return .success(())
                } catch {
                    return .failure(error)
                }
            }
        }
        while await layout.waiting.count < count { await Task.yield() }
        try meanwhile()
        release.finish()
        try await first.value
        var results: [Result<Void, Failure>] = []
        for task in others { results.append(await task.value) }
        return results
    }

    @Test func `changes that wait for each other are written once`() async throws {
        let entries = (0..<20).map(entry)
        let file = layout.path.appending("index.json")
        let before = try contents(of: file)
        let seen = Mutex<(counts: Set<Int>, files: Set<[UInt8]?>)>(([], []))
        let results = try await together(20) { number, document throws(Failure) in
            // Each change sees those before it, although nothing is written yet.
            let count = document.entries.count
            seen.withLock { seen in
                seen.counts.insert(count)
                seen.files.insert(try? contents(of: file))
            }
            try document.append(entries[number])
        }
        #expect(results.allSatisfy { (try? $0.get()) != nil })
        #expect(seen.withLock { $0.counts } == Set(0..<20))
        #expect(seen.withLock { $0.files } == [before])
        let found = try await layout.entries()
        #expect(Set(found.map(\.digest)) == Set(entries.map(\.digest)))
        let onDisk = try await ImageLayout(opening: layout.path).index().manifests
        #expect(onDisk.map(\.digest) == found.map(\.digest))
    }

    @Test func `a change that removes blobs finds everything before it on the disk`() async throws {
        let entries = (0..<20).map(entry)
        let file = layout.path.appending("index.json")
        let onDisk = Mutex<[String: Int]>([:])
        _ = try await together(20, alone: 10) { number, document throws(Failure) in
            if number == 10 {
                let text = String(decoding: (try? contents(of: file)) ?? [], as: UTF8.self)
                let count = document.entries.count { text.contains($0.digest.encoded) }
                onDisk.withLock { $0 = ["before": document.entries.count, "written": count] }
            }
            try document.append(entries[number])
        }
        let counts = onDisk.withLock { $0 }
        #expect(counts["before"] == counts["written"], "\(counts)")
        #expect(try await layout.entries().count == 20)
    }

    @Test func `a change that fails leaves the others as they are`() async throws {
        let entries = (0..<10).map(entry)
        let results = try await together(10) { number, document throws(Failure) in
            try document.append(entries[number])
            if number % 2 == 0 { throw Failure(.notFound, "no") }
        }
        #expect(results.enumerated().allSatisfy { ((try? $0.element.get()) == nil) == ($0.offset % 2 == 0) })
        let found = Set(try await layout.entries().map(\.digest))
        #expect(found == Set(stride(from: 1, to: 10, by: 2).map { entries[$0].digest }))
    }

    @Test func `if the index cannot be written, every change of it fails`() async throws {
        let entries = (0..<5).map(entry)
        let results = try await together(5) { number, document throws(Failure) in
            try document.append(entries[number])
        } meanwhile: {
            // The document is in memory already.
            try FileManager.default.removeItem(atPath: layout.path.string)
        }
        #expect(results.allSatisfy { (try? $0.get()) == nil })
    }

    @Test func `an index over 4 MiB is rejected, and the changes beside it are written`() async throws {
        let entries = (0..<3).map(entry)
        let results = try await together(3) { number, document throws(Failure) in
            let text = String(repeating: "x", count: number == 1 ? Manifest.sizeLimit : 1)
            try document.append(entries[number].annotated(["a": text]))
        }
        #expect((try? results[1].get()) == nil)
        #expect(Set(try await layout.entries().map(\.digest)) == [entries[0].digest, entries[2].digest])
    }
}
