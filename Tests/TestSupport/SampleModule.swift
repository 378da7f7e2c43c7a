import Synchronization

/// Modules that proxies load: an empty plugin, with a custom section of any size that compresses about as well as code.
package enum SampleModule {
    /// The preamble of every module.
    package static let preamble: [UInt8] = [0x00, 0x61, 0x73, 0x6D, 0x01, 0x00, 0x00, 0x00]

    /// The smallest plugin that proxies load: the marker of ABI 0.2.1, a `malloc` that always fails, and a memory.
    package static let smallest = plugin()

    /// A function that a plugin imports: a number of i32 parameters and one i32 result.
    package typealias Import = (module: String, name: String, parameterCount: Int)

    /// Returns the smallest plugin with one import.
    package static func plugin(importing function: Import? = nil) -> [UInt8] {
        // Imported functions come first, so the indexes of the other functions increase.
        let first: UInt8 = function == nil ? 0 : 1
        let exports =
            export("proxy_abi_version_0_2_1", [0, first]) + export("malloc", [0, first + 1])
            + export("memory", [2, 0])
        // Types: [] -> [], [i32] -> [i32], and the import's.
        var types: [UInt8] = [2 + first, 0x60, 0, 0, 0x60, 1, 0x7F, 1, 0x7F]
        var imports: [UInt8] = []
        if let function {
            let parameters = [UInt8](repeating: 0x7F, count: function.parameterCount)
            types += [0x60, UInt8(parameters.count)] + parameters + [1, 0x7F]
            imports = section(2, [1] + named(function.module) + named(function.name) + [0, 2])
        }
        return preamble + section(1, types) + imports + section(3, [2, 0, 1]) + section(5, [1, 0, 1])
            + section(7, [3] + exports) + section(10, [2, 2, 0, 0x0B, 4, 0, 0x41, 0, 0x0B])
    }

    /// Returns the smallest plugin with many imports of the module `env`: functions of one i32, and constant i32 globals.
    package static func importing(_ functions: [String], globals: [String]) -> [UInt8] {
        let first = UInt8(functions.count)
        let exports =
            export("proxy_abi_version_0_2_1", [0, first]) + export("malloc", [0, first + 1])
            + export("memory", [2, 0])
        var imports: [UInt8] = []
        for name in functions { imports += named("env") + named(name) + [0, 1] }
        for name in globals { imports += named("env") + named(name) + [3, 0x7F, 0] }
        return preamble + section(1, [2, 0x60, 0, 0, 0x60, 1, 0x7F, 1, 0x7F])
            + section(2, [UInt8(functions.count + globals.count)] + imports) + section(3, [2, 0, 1])
            + section(5, [1, 0, 1]) + section(7, [3] + exports)
            + section(10, [2, 2, 0, 0x0B, 4, 0, 0x41, 0, 0x0B])
    }

    /// A length of two bytes holds up to 16,383 (LEB128).
    private static func section(_ id: UInt8, _ content: [UInt8]) -> [UInt8] {
        content.count < 0x80
            ? [id, UInt8(content.count)] + content
            : [id, UInt8(content.count & 0x7F | 0x80), UInt8(content.count >> 7)] + content
    }

    private static func export(_ name: String, _ what: [UInt8]) -> [UInt8] {
        named(name) + what
    }

    private static func named(_ name: String) -> [UInt8] { [UInt8(name.utf8.count)] + name.utf8 }

    /// Returns a module of exactly `size` bytes (at least 150) with one custom section; the same for the same seed.
    package static func bytes(size: Int, seed: UInt64 = 1) -> [UInt8] {
        var module = outline(of: size)
        module.reserveCapacity(size + 512)
        let pieces = pieces.withLock { known in
            if let found = known[seed] { return found }
            let made = Pieces(seed: seed)
            known[seed] = made
            return made
        }
        var random = pieces.random
        let fragments = pieces.fragments
        while module.count < size {
            module += fragments[random.next(below: fragments.count)]
            module.append(UInt8(truncatingIfNeeded: random.next()))
        }
        module.removeLast(module.count - size)
        return module
    }

    /// What the modules of one seed are made of; made once, because debug builds take 100 ms for it.
    private struct Pieces {
        var fragments: [[UInt8]] = []
        var random: SeededGenerator

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            while fragments.count < 2048 {
                var fragment = [UInt8](repeating: 0, count: 8 + random.next(below: 120))
                for index in fragment.indices {
                    fragment[index] = UInt8(
                        truncatingIfNeeded: random.next(below: 16) * random.next(below: 16)
                    )
                }
                fragments.append(fragment)
            }
        }
    }

    private static let pieces = Mutex<[UInt64: Pieces]>([:])

    /// Returns a module of exactly `size` bytes (at least 150) whose custom section cannot be compressed.
    package static func incompressible(size: Int, seed: UInt64 = 1) -> [UInt8] {
        let outline = outline(of: size)
        return outline + noise(size: size - outline.count, seed: seed)
    }

    /// Returns the header of the custom section `x`.
    package static func outline(of size: Int) -> [UInt8] {
        let content = size - smallest.count - 6
        precondition(content >= 2)
        // The length always has five bytes, which the specification allows.
        let length = (0..<5).map { UInt8(content >> (7 * $0) & 0x7F) | ($0 < 4 ? 0x80 : 0) }
        return smallest + [0] + length + [1, UInt8(ascii: "x")]
    }

    /// Returns bytes that cannot be compressed; the same for the same seed.
    package static func noise(size: Int, seed: UInt64 = 1) -> [UInt8] {
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
