/// Little-endian base-128 numbers (WebAssembly, "Binary Format", Integers).
enum LEB128 {
    /// Reads an unsigned number of at most 32 bits from at most five bytes; `nil` when it is longer or cut off.
    static func unsigned(_ bytes: some Sequence<UInt8>) -> (value: Int, byteCount: Int)? {
        unsigned(bytes, bits: 32).map { (Int($0.value), $0.byteCount) }
    }

    /// Reads an unsigned number of at most `bits` bits, 64 at most; `nil` when it is longer or cut off.
    static func unsigned(_ bytes: some Sequence<UInt8>, bits: Int) -> (value: UInt64, byteCount: Int)? {
        var value: UInt64 = 0
        for (position, byte) in bytes.prefix((bits + 6) / 7).enumerated() {
            let shift = 7 * position
            let payload = UInt64(byte & 0x7F)
            guard shift + 7 <= bits || payload >> UInt64(bits - shift) == 0 else { return nil }
            value |= payload << UInt64(shift)
            if byte & 0x80 == 0 { return (value, position + 1) }
        }
        return nil
    }

    /// Reads a signed number of at most `bits` bits, 64 at most; `nil` when it is longer or cut off.
    static func signed(_ bytes: some Sequence<UInt8>, bits: Int) -> (value: Int64, byteCount: Int)? {
        var value: UInt64 = 0
        for (position, byte) in bytes.prefix((bits + 6) / 7).enumerated() {
            let shift = 7 * position
            value |= UInt64(byte & 0x7F) << UInt64(shift)
            guard byte & 0x80 == 0 else { continue }
            let width = min(shift + 7, 64)
            let result = (Int64(bitPattern: value) << Int64(64 - width)) >> Int64(64 - width)
            // The bits beyond the number's width have to repeat its sign.
            let payload = Int8(bitPattern: byte << 1) >> 1
            let beyond = payload >> Int8(bits - shift - 1)
            guard shift + 7 <= bits || beyond == 0 || beyond == -1 else { return nil }
            return (result, position + 1)
        }
        return nil
    }
}
