/// A function body as its locals and instructions.
package struct BodyParts: Sendable {
    /// The declarations of locals, each with its count.
    package var locals: [[UInt8]]
    /// The instructions with their immediates; what cannot be split is the last one.
    package var instructions: [[UInt8]]

    /// Splits a body; `nil` if its locals cannot be split.
    package init?(_ bytes: [UInt8]) {
        var reader = ByteCursor(bytes)
        guard let count = reader.unsigned(), count <= bytes.count else { return nil }
        locals = []
        for _ in 0..<count {
            let start = reader.offset
            guard reader.skipLEB128(), reader.skipValueType() else { return nil }
            locals.append(Array(bytes[start..<reader.offset]))
        }
        instructions = []
        while !reader.isAtEnd {
            let start = reader.offset
            guard reader.skipInstruction() else {
                instructions.append(Array(bytes[start...]))
                return
            }
            instructions.append(Array(bytes[start..<reader.offset]))
        }
    }

    /// The body.
    package var bytes: [UInt8] { leb128(locals.count) + locals.joined() + instructions.joined() }
}

/// What follows the code of an instruction.
enum Immediates: Equatable {
    case none
    case numbers(Int)
    case bytes(Int)
    case memory(laneBytes: Int)
    case block
    case table
    case types
    case handlers
    case cast

    /// Returns what follows a code; `second` is the number after a prefix.
    static func of(_ code: UInt8, _ second: Int) -> Immediates {
        switch code {
        case 0x02, 0x03, 0x04, 0x06: .block
        case 0x07, 0x08, 0x09, 0x0C, 0x0D, 0x10, 0x12, 0x14, 0x15, 0x18, 0x20...0x26, 0x3F...0x42, 0xD0,
            0xD2, 0xD5, 0xD6:
            .numbers(1)
        case 0x0E: .table
        case 0x11, 0x13: .numbers(2)
        case 0x1C: .types
        case 0x1F: .handlers
        case 0x28...0x3E: .memory(laneBytes: 0)
        case 0x43: .bytes(4)
        case 0x44: .bytes(8)
        case 0xFB: ofAggregate(second)
        case 0xFC: bulk.indices.contains(second) ? bulk[second] : .none
        case 0xFD: ofVector(second)
        case 0xFE: second == 3 ? .bytes(1) : .memory(laneBytes: 0)
        default: .none
        }
    }

    private static let bulk: [Immediates] =
        [Immediates](repeating: .none, count: 8)
        + [2, 1, 2, 1, 2, 1, 2, 1, 1, 1].map { Immediates.numbers($0) }

    private static func ofAggregate(_ code: Int) -> Immediates {
        switch code {
        case 0, 1, 6, 7, 11...14, 16, 20...23: .numbers(1)
        case 2...5, 8...10, 17...19: .numbers(2)
        case 24, 25: .cast
        default: .none
        }
    }

    private static func ofVector(_ code: Int) -> Immediates {
        switch code {
        case 0...11, 92, 93: .memory(laneBytes: 0)
        case 12, 13: .bytes(16)
        case 21...34: .bytes(1)
        case 84...91: .memory(laneBytes: 1)
        default: .none
        }
    }
}

extension ByteCursor {
    /// Passes over an instruction with its immediates.
    fileprivate mutating func skipInstruction() -> Bool {
        guard let code = byte() else { return false }
        var second = 0
        if (0xFB...0xFE).contains(code) {
            guard let number = unsigned() else { return false }
            second = number
        }
        return skip(Immediates.of(code, second))
    }

    private mutating func skip(_ immediates: Immediates) -> Bool {
        switch immediates {
        case .none: return true
        case .numbers(let count): return (0..<count).allSatisfy { _ in skipLEB128() }
        case .bytes(let count): return bytes(count) != nil
        case .memory(let laneBytes):
            guard let flags = unsigned(), flags & 0x40 == 0 || skipLEB128() else { return false }
            return skipLEB128() && bytes(laneBytes) != nil
        case .block: return skipValueType()
        case .table: return skipList { $0.skipLEB128() } && skipLEB128()
        case .types: return skipList { $0.skipValueType() }
        case .handlers:
            return skipValueType()
                && skipList { reader in
                    guard let kind = reader.byte() else { return false }
                    return (kind > 1 || reader.skipLEB128()) && reader.skipLEB128()
                }
        case .cast: return bytes(1) != nil && (0..<3).allSatisfy { _ in skipLEB128() }
        }
    }

    private mutating func skipList(_ skipItem: (inout Self) -> Bool) -> Bool {
        guard let count = unsigned() else { return false }
        for _ in 0..<count {
            guard skipItem(&self) else { return false }
        }
        return true
    }

    /// Passes over a value type, or the type of a block.
    fileprivate mutating func skipValueType() -> Bool {
        var ahead = self
        guard let first = ahead.byte() else { return false }
        if first == 0x63 || first == 0x64 { self = ahead }
        return skipLEB128()
    }
}
