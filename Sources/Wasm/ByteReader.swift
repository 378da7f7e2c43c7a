import Diagnostics

/// Why a part of a module cannot be read on.
enum Obstacle: Error {
    /// The bytes did not come.
    case failure(Failure)
    /// They are not what they should be.
    case problem(Finding)
}

/// The bytes of a module from one place to another, fetched in pieces: no more than one piece is held.
struct ByteReader {
    typealias Source = (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]

    /// How much is fetched at once, in bytes.
    static let pieceSize = 64 * 1024

    /// Where the next byte stands, from the start of the module.
    private(set) var offset = 0
    /// Where what may be read now ends.
    private(set) var end = 0

    private let fetch: Source
    private var piece: [UInt8] = []
    private var pieceOffset = 0

    init(_ fetch: @escaping Source) { self.fetch = fetch }

    /// How many bytes may still be read.
    var remaining: Int { end - offset }

    /// Goes to a place; what may be read from there ends at `end`.
    mutating func read(from offset: Int, to end: Int) {
        self.offset = offset
        self.end = end
    }

    mutating func byte(_ what: String) throws(Obstacle) -> UInt8 {
        guard offset < end else { throw missing(what, 1) }
        if !(pieceOffset..<pieceOffset + piece.count).contains(offset) { try fetchPiece() }
        guard piece.indices.contains(offset - pieceOffset) else { throw missing(what, 1) }
        defer { offset += 1 }
        return piece[offset - pieceOffset]
    }

    /// The next byte, which stays the next.
    mutating func peek() throws(Obstacle) -> UInt8? {
        let start = offset
        defer { offset = start }
        return remaining > 0 ? try byte("a byte") : nil
    }

    /// The next bytes; at most `remaining` of them are ever held.
    mutating func bytes(_ count: Int, _ what: String) throws(Obstacle) -> [UInt8] {
        guard count <= remaining else { throw missing(what, count) }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(min(count, Self.pieceSize))
        for _ in 0..<count { bytes.append(try byte(what)) }
        return bytes
    }

    mutating func skip(_ count: Int, _ what: String) throws(Obstacle) {
        guard count <= remaining else { throw missing(what, count) }
        offset += count
    }

    /// An unsigned number of 32 bits.
    mutating func unsigned(_ what: String) throws(Obstacle) -> Int {
        Int(try unsigned(what, bits: 32))
    }

    mutating func unsigned(_ what: String, bits: Int) throws(Obstacle) -> UInt64 {
        let start = offset
        guard let number = LEB128.unsigned(try encoded(what, bits), bits: bits) else {
            throw .problem(.invalid("\(what) is not a number of \(bits) bits", at: start))
        }
        return number.value
    }

    mutating func signed(_ what: String, bits: Int) throws(Obstacle) -> Int64 {
        let start = offset
        guard let number = LEB128.signed(try encoded(what, bits), bits: bits) else {
            throw .problem(.invalid("\(what) is not a number of \(bits) bits", at: start))
        }
        return number.value
    }

    /// How many entries follow; each has at least one byte.
    mutating func count(of what: String, limit: Int) throws(Obstacle) -> Int {
        let start = offset
        let count = try unsigned("the number of \(what)")
        guard count <= limit else {
            throw .problem(
                .invalid("\(count) \(what) are more than the \(limit) that engines take", at: start)
            )
        }
        guard count <= remaining else {
            throw .problem(
                .invalid("there should be \(count) \(what), but \(remaining) bytes follow", at: start)
            )
        }
        return count
    }

    /// A name: its length and as many bytes of UTF-8.
    mutating func name(_ what: String) throws(Obstacle) -> String {
        let start = offset
        let length = try unsigned("the length of \(what)")
        guard length <= Self.nameLimit || length > remaining else {
            throw .problem(.notValidated("\(what) has \(length) bytes, too many to look at", at: start))
        }
        guard let name = String(validating: try bytes(length, what), as: UTF8.self) else {
            throw .problem(.invalid("\(what) is not UTF-8", at: start))
        }
        return name
    }

    /// The longest name that is looked at, in bytes; engines take any.
    private static let nameLimit = 1 << 20

    private mutating func encoded(_ what: String, _ bits: Int) throws(Obstacle) -> [UInt8] {
        var bytes: [UInt8] = []
        repeat {
            bytes.append(try byte(what))
        } while bytes.last.map { $0 & 0x80 != 0 } == true && bytes.count < (bits + 6) / 7
        return bytes
    }

    private mutating func fetchPiece() throws(Obstacle) {
        do throws(Failure) {
            piece = try fetch(offset, min(Self.pieceSize, end - offset))
            pieceOffset = offset
        } catch {
            throw .failure(error)
        }
    }

    private func missing(_ what: String, _ count: Int) -> Obstacle {
        .problem(.invalid("\(what) should have \(count) bytes, but \(remaining) follow", at: offset))
    }
}
