/// Modules to pack: valid outlines around content that compresses about as well as code does.
public enum SampleModule {
    /// The preamble of every module.
    public static let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]

    /// A module of exactly `size` bytes (14 at least), with one custom section; the same for the same seed.
    public static func bytes(size: Int, seed: UInt64 = 1) -> [UInt8] {
        var module = outline(of: size)
        module.reserveCapacity(size + 512)
        var random = SeededGenerator(seed: seed)
        let fragments = (0..<2048).map { _ in
            (0..<8 + random.next(below: 120)).map { _ in
                UInt8(truncatingIfNeeded: random.next(below: 16) * random.next(below: 16))
            }
        }
        while module.count < size {
            module += fragments[random.next(below: fragments.count)]
            module.append(UInt8(truncatingIfNeeded: random.next()))
        }
        module.removeLast(module.count - size)
        return module
    }

    /// A module of exactly `size` bytes (14 at least) whose layer is as large: its one custom section cannot be compressed.
    public static func incompressible(size: Int, seed: UInt64 = 1) -> [UInt8] {
        outline(of: size) + noise(size: size - 14, seed: seed)
    }

    /// What stands before the content of the one custom section: 14 bytes.
    private static func outline(of size: Int) -> [UInt8] {
        precondition(size >= 14)
        // A length in five bytes, also where fewer would do: the specification allows that.
        let content = size - 14
        let length = (0..<5).map { UInt8(content >> (7 * $0) & 0x7F) | ($0 < 4 ? 0x80 : 0) }
        return preamble + [0] + length
    }

    /// Bytes that nothing can compress; the same for the same seed.
    public static func noise(size: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        return [UInt8](unsafeUninitializedCapacity: size + 8) { buffer, count in
            let raw = UnsafeMutableRawBufferPointer(buffer)
            var offset = 0
            while offset < size {
                raw.storeBytes(of: random.next(), toByteOffset: offset, as: UInt64.self)
                offset += 8
            }
            count = size
        }
    }
}
