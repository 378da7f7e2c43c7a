import Diagnostics

/// A fault in a function body.
struct BodyFault: Error {
    /// The fault, as one sentence without its offset.
    let message: String
    /// Its offset, in bytes from the start of the module.
    let offset: Int
    /// Whether the body exceeds what the validator holds; it may be valid.
    let isLimit: Bool
    /// An error of the source of the bytes.
    let failure: Failure?

    init(_ message: String, at offset: Int, isLimit: Bool = false, failure: Failure? = nil) {
        self.message = message
        self.offset = offset
        self.isLimit = isLimit
        self.failure = failure
    }
}

/// A reader of the code section, which holds one body or one piece of it.
struct BodyReader {
    /// The size of a piece, in bytes; a larger body is held as a whole.
    static let pieceSize = 256 * 1024

    private let fetch: ByteFetch
    /// The end of the code section, in bytes from the start of the module.
    private let sectionEnd: Int
    private var bytes: [UInt8] = []
    /// The offset of the first held byte from the start of the module.
    private var base: Int
    /// The index of the next byte.
    private var position = 0
    /// The index after the last byte that may be read now.
    private var end = 0

    init(from offset: Int, to sectionEnd: Int, _ fetch: @escaping ByteFetch) {
        base = offset
        self.sectionEnd = sectionEnd
        self.fetch = fetch
    }

    /// The offset of the next byte from the start of the module.
    var offset: Int { base + position }
    var remaining: Int { end - position }

    /// Fetches up to `count` bytes, and lets only those be read.
    ///
    /// Throws ``Failure/Code/interrupted`` if the task is canceled.
    mutating func open(_ count: Int) throws(BodyFault) {
        let count = min(count, sectionEnd - offset)
        if position + count > bytes.count {
            base += position
            position = 0
            bytes.removeAll(keepingCapacity: true)
            while bytes.count < count {
                do throws(Failure) {
                    try checkCancellation()
                    let wanted = max(Self.pieceSize, count) - bytes.count
                    let start = base + bytes.count
                    let next = try fetch(start, min(wanted, sectionEnd - start))
                    // The file was truncated after its size was read.
                    if next.isEmpty { break }
                    if bytes.isEmpty { bytes = next } else { bytes += next }
                } catch {
                    throw BodyFault("", at: offset, failure: error)
                }
            }
        }
        end = min(position + count, bytes.count)
    }

    @inline(__always) mutating func byte() throws(BodyFault) -> UInt8 {
        guard position < end else { throw cut() }
        let byte = bytes[position]
        position += 1
        return byte
    }

    /// Reads an unsigned number of 32 bits.
    @inline(__always) mutating func unsigned() throws(BodyFault) -> Int {
        if position < end {
            let byte = bytes[position]
            if byte < 0x80 {
                position += 1
                return Int(byte)
            }
        }
        return Int(truncatingIfNeeded: try number(bits: 32, isSigned: false))
    }

    /// Reads an unsigned number of 64 bits.
    mutating func unsigned64() throws(BodyFault) -> UInt64 {
        UInt64(bitPattern: try number(bits: 64, isSigned: false))
    }

    /// Reads a signed number of `bits` bits, 64 at most.
    @inline(__always) mutating func signed(bits: Int) throws(BodyFault) -> Int64 {
        if position < end {
            let byte = bytes[position]
            if byte < 0x80 {
                position += 1
                return Int64(Int8(bitPattern: byte << 1) >> 1)
            }
        }
        return try number(bits: bits, isSigned: true)
    }

    @inline(__always) mutating func skip(_ count: Int) throws(BodyFault) {
        guard count <= remaining else { throw cut() }
        position += count
    }

    private mutating func number(bits: Int, isSigned: Bool) throws(BodyFault) -> Int64 {
        // Without the last possible byte, no bit can be beyond the number's width.
        var value: UInt64 = 0
        var shift: UInt64 = 0
        var next = position
        while next < end, shift + 7 <= bits {
            let byte = bytes[next]
            next += 1
            value |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            position = next
            guard isSigned, byte & 0x40 != 0 else { return Int64(bitPattern: value) }
            return Int64(bitPattern: value | ~0 << shift)
        }
        return try lastNumber(bits: bits, isSigned: isSigned)
    }

    /// Reads a number that has the largest number of bytes, or none.
    private mutating func lastNumber(bits: Int, isSigned: Bool) throws(BodyFault) -> Int64 {
        let start = offset
        let held = bytes[position..<end].prefix((bits + 6) / 7)
        if isSigned, let number = LEB128.signed(held, bits: bits) {
            position += number.byteCount
            return number.value
        }
        if !isSigned, let number = LEB128.unsigned(held, bits: bits) {
            position += number.byteCount
            return Int64(bitPattern: number.value)
        }
        if held.count < (bits + 6) / 7, held.allSatisfy({ $0 >= 0x80 }) { throw cut() }
        throw BodyFault("it has an immediate that is not a number of \(bits) bits", at: start)
    }

    private func cut() -> BodyFault { BodyFault("the body ends within an instruction", at: offset) }
}
