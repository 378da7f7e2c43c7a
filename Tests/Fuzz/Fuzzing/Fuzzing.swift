import CFuzzer
import Glibc

/// Gives a function one input after the other, until the time is over or it crashes.
///
/// SwiftPM renames `main`, so that libFuzzer's own cannot be the program's.
public func runFuzzer(_ take: @escaping @convention(c) (UnsafePointer<UInt8>?, Int) -> Int32) -> Never {
    var count = CommandLine.argc
    var arguments: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>? = CommandLine.unsafeArgv
    exit(LLVMFuzzerRunDriver(&count, &arguments, take))
}

/// The bytes of one input.
public func bytes(_ data: UnsafePointer<UInt8>?, _ size: Int) -> [UInt8] {
    Array(UnsafeBufferPointer(start: data, count: size))
}

/// Changes bytes as libFuzzer does without a mutator; returns at most `limit` of them.
public func libFuzzerChange(_ bytes: [UInt8], limit: Int) -> [UInt8] {
    guard limit > 0 else { return [] }
    var buffer = Array(bytes.prefix(limit))
    let size = buffer.count
    buffer += [UInt8](repeating: 0, count: limit - size)
    let changed = buffer.withUnsafeMutableBufferPointer { LLVMFuzzerMutate($0.baseAddress, size, limit) }
    return Array(buffer.prefix(changed))
}

/// Writes an input where libFuzzer expects it; returns its size.
public func write(_ bytes: [UInt8], to data: UnsafeMutablePointer<UInt8>?, limit: Int) -> Int {
    let count = min(bytes.count, limit)
    data?.update(from: bytes, count: count)
    return count
}

/// The choices of a mutator, from the seed that libFuzzer gives it (SplitMix64).
public struct FuzzRandom: RandomNumberGenerator {
    private var state: UInt64

    /// Creates the sequence of a seed.
    public init(seed: UInt32) { state = UInt64(seed) }

    /// Returns the next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}
