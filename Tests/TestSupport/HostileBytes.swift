import Synchronization
package import Testing

extension [UInt8] {
    /// Returns a copy with one to four changes after the preamble: flipped bits, extreme values, bytes more or less.
    package func mutated(_ random: inout SeededGenerator) -> [UInt8] {
        var bytes = self
        for _ in 0...random.next(below: 4) {
            let place = 8 + random.next(below: bytes.count - 8)
            switch random.next(below: 4) {
            case 0: bytes[place] ^= 1 << UInt8(random.next(below: 8))
            case 1: bytes[place] = [0, 0x7F, 0x80, 0xFF][random.next(below: 4)]
            case 2: bytes.insert(UInt8(random.next(below: 256)), at: place)
            default: bytes.remove(at: place)
            }
        }
        return bytes
    }
}

/// A module that is much larger than its first bytes: the rest is made up when it is read, and all reading is counted.
package final class SparseModule: Sendable {
    /// The size of the module, in bytes.
    package let size: Int
    private let start: [UInt8]
    /// The byte after the start; `nil` if the file ends there, whatever its size is said to be.
    private let filler: UInt8?
    private let reads = Mutex<[Int]>([])

    private init(_ start: [UInt8], size: Int, filler: UInt8?) {
        self.start = start
        self.size = size
        self.filler = filler
    }

    /// The size of the largest module that is read: its layer has 256 MiB.
    private static let largestSize = 268_433_920
    /// The sections whose false counts are tried.
    package static let counted: [UInt8] = [1, 2, 3, 4, 5, 6, 7, 9, 10, 11, 13]

    /// A section that declares almost 256 MiB of elements, in a file without them.
    package static func falseCount(inSection id: UInt8) -> SparseModule {
        let size = largestSize
        let content = size - 13
        return SparseModule(
            preamble + [id] + unsigned(content) + unsigned(content - 4),
            size: size,
            filler: nil
        )
    }

    /// A plugin of 256 MiB with one custom section of almost the whole size, and the size of that section's content.
    package static func largest() -> (module: SparseModule, content: Int) {
        let size = largestSize
        let plugin = PluginBytes().bytes
        let content = size - plugin.count - 5
        let start = plugin + [0] + unsigned(content) + name("a")
        return (SparseModule(start, size: size, filler: 0), content - 2)
    }

    /// Modules with a name of ten megabytes: that of an import's module, and that of a custom section.
    package static func longNames() -> [SparseModule] {
        let size = 64 << 20
        let length = unsigned(10 << 20)
        let starts: [[UInt8]] = [
            [2] + unsigned(size - 13) + [1] + length, [0] + unsigned(size - 13) + length,
        ]
        return starts.map { SparseModule(preamble + $0, size: size, filler: 0xFF) }
    }

    private static let preamble: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]

    /// Returns bytes of the module.
    package func read(_ offset: Int, _ count: Int) -> [UInt8] {
        reads.withLock { $0.append(count) }
        let piece = Array(start.dropFirst(offset).prefix(count))
        guard let filler else { return piece }
        return piece + [UInt8](repeating: filler, count: max(0, min(count, size - offset) - piece.count))
    }

    /// Expects that little was read, and in pieces of at most 64 KiB.
    package func expectLittleReading(sourceLocation: SourceLocation = #_sourceLocation) {
        let reads = reads.withLock { $0 }
        #expect(reads.allSatisfy { $0 <= 64 * 1024 }, sourceLocation: sourceLocation)
        #expect(reads.reduce(0, +) < 1 << 20, sourceLocation: sourceLocation)
    }
}

extension PluginBytes {
    /// An invalid export whose name has control characters and is long.
    package static let hostileText = PluginBytes(
        [7: vector([marker, export("\u{1B}[2J\u{202E}" + String(repeating: "x", count: 500), 0, 9)])],
        rest: custom("producers", [])
    )

    /// Expects that messages about ``hostileText`` are short and have no control characters.
    package static func expectHarmless(
        _ messages: [String],
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for message in messages {
            #expect(
                message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x202E },
                sourceLocation: sourceLocation
            )
            #expect(message.utf8.count < 400, sourceLocation: sourceLocation)
        }
    }
}
