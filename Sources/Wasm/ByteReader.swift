package import Diagnostics

/// A reader of a range of a module's bytes, which fetches them in pieces and holds one piece at a time.
///
/// Throws ``Failure/Code/interrupted`` before a piece if the task is canceled.
package struct ByteReader {
    /// The size of a piece, in bytes.
    static let pieceSize = 64 * 1024

    /// The offset of the next byte from the start of the module.
    package private(set) var offset = 0
    /// The end of the range that may be read now.
    package private(set) var end = 0

    let fetch: ByteFetch
    private var piece: [UInt8] = []
    private var pieceOffset = 0

    /// Creates a reader with an empty range; call ``read(from:to:)`` first.
    package init(_ fetch: @escaping ByteFetch) { self.fetch = fetch }

    /// The number of bytes left in the range.
    package var remaining: Int { end - offset }

    /// Sets the range that may be read.
    package mutating func read(from offset: Int, to end: Int) {
        self.offset = offset
        self.end = end
    }

    /// Reads a byte; `what` names it in messages, here and below, and is only computed for one.
    package mutating func byte(_ what: @autoclosure () -> String) throws(ModuleReadError) -> UInt8 {
        guard offset < end else { throw missing(what(), 1) }
        let index = try index(what())
        offset += 1
        return piece[index]
    }

    /// Returns the next byte without reading it; `nil` at the end of the range.
    mutating func peek() throws(ModuleReadError) -> UInt8? {
        let start = offset
        defer { offset = start }
        return remaining > 0 ? try byte("a byte") : nil
    }

    /// Reads bytes; allocates no memory for bytes that do not exist.
    package mutating func bytes(_ count: Int, _ what: @autoclosure () -> String) throws(ModuleReadError)
        -> [UInt8]
    {
        guard count <= remaining else { throw missing(what(), count) }
        var bytes: [UInt8] = []
        while bytes.count < count {
            let next = piece[try index(what())...].prefix(count - bytes.count)
            bytes += next
            offset += next.count
        }
        return bytes
    }

    /// Skips bytes without fetching them.
    package mutating func skip(_ count: Int, _ what: @autoclosure () -> String) throws(ModuleReadError) {
        guard count <= remaining else { throw missing(what(), count) }
        offset += count
    }

    /// Reads an unsigned number of 32 bits.
    mutating func unsigned(_ what: @autoclosure () -> String) throws(ModuleReadError) -> Int {
        Int(try unsigned(what(), bits: 32))
    }

    /// Reads an unsigned number of up to `bits` bits, 64 at most.
    package mutating func unsigned(_ what: @autoclosure () -> String, bits: Int) throws(ModuleReadError)
        -> UInt64
    {
        let start = offset
        // Almost all numbers have one byte, and a module may have millions.
        let first = try byte(what())
        if first < 0x80, bits >= 7 { return UInt64(first) }
        offset = start
        guard let number = LEB128.unsigned(try encoded(what(), bits), bits: bits) else {
            throw .problem(.invalid("\(what()) is not a number of \(bits) bits", at: start))
        }
        return number.value
    }

    mutating func signed(_ what: @autoclosure () -> String, bits: Int) throws(ModuleReadError) -> Int64 {
        let start = offset
        guard let number = LEB128.signed(try encoded(what(), bits), bits: bits) else {
            throw .problem(.invalid("\(what()) is not a number of \(bits) bits", at: start))
        }
        return number.value
    }

    /// Reads the number of entries that follow; each has at least one byte.
    mutating func count(of what: @autoclosure () -> String, limit: Int) throws(ModuleReadError) -> Int {
        let start = offset
        let count = try unsigned("the number of \(what())")
        guard count <= limit else {
            throw .problem(
                .invalid("\(count) \(what()) exceed the limit of \(limit) in engines", at: start)
            )
        }
        guard count <= remaining else {
            throw .problem(
                .invalid("there should be \(count) \(what()), but \(remaining) bytes follow", at: start)
            )
        }
        return count
    }

    /// Reads a name: its length and as many bytes of UTF-8.
    mutating func name(_ what: @autoclosure () -> String) throws(ModuleReadError) -> String {
        let start = offset
        let length = try unsigned("the length of \(what())")
        guard length <= Self.nameLimit || length > remaining else {
            throw .problem(.notJudged("\(what()) has \(length) bytes, which is too long to check", at: start))
        }
        guard let name = String(validating: try bytes(length, what()), as: UTF8.self) else {
            throw .problem(.invalid("\(what()) is not UTF-8", at: start))
        }
        return name
    }

    /// The longest name that is checked, in bytes; engines have no limit.
    private static let nameLimit = 1 << 20

    private mutating func encoded(_ what: @autoclosure () -> String, _ bits: Int) throws(ModuleReadError)
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        repeat {
            bytes.append(try byte(what()))
        } while bytes.last.map { $0 & 0x80 != 0 } == true && bytes.count < (bits + 6) / 7
        return bytes
    }

    /// Returns the index of the next byte in the piece, which is fetched if necessary.
    private mutating func index(_ what: @autoclosure () -> String) throws(ModuleReadError) -> Int {
        if !(pieceOffset..<pieceOffset + piece.count).contains(offset) {
            do throws(Failure) {
                try checkCancellation()
                piece = try fetch(offset, min(Self.pieceSize, end - offset))
            } catch {
                throw .failure(error)
            }
            pieceOffset = offset
            // The file was truncated after its size was read.
            guard !piece.isEmpty else { throw missing(what(), 1) }
        }
        return offset - pieceOffset
    }

    private func missing(_ what: String, _ count: Int) -> ModuleReadError {
        .problem(.invalid("\(what) should have \(count) bytes, but \(remaining) follow", at: offset))
    }
}

// The compiler puts the length of a path into the binary where a closure must not escape. It would be that of this file, and
// depend on the folder.
#sourceLocation(file:"ByteReader.with.swift",line:1)
extension ByteReader {
    /// Returns what `body` makes of a reader, which must not outlive it.
    package static func with<Value>(
        _ fetch: ByteFetch,
        _ body: (ByteReader) throws(Failure) -> Value
    ) throws(Failure) -> Value {
        try withoutActuallyEscaping(fetch) { (fetch) throws(Failure) in try body(ByteReader(fetch)) }
    }
}
#sourceLocation()
