/// The type of a block: nothing, one result, or the parameters and results of a function type.
struct BlockType: Equatable {
    private static let indexed: UInt32 = 0x1000_0000

    private let bits: UInt32

    static let empty = BlockType(bits: 0)

    private init(bits: UInt32) { self.bits = bits }

    init(_ result: StackType) { bits = result.bits }

    init(index: Int) { bits = Self.indexed | UInt32(truncatingIfNeeded: index) }

    /// The index of a function type.
    var index: Int? {
        bits & 0x8000_0000 == 0 && bits & Self.indexed != 0 ? Int(bits & ~Self.indexed) : nil
    }

    /// The only result, without an index.
    var result: StackType? { bits == 0 || index != nil ? nil : StackType(bits: bits) }
}

/// Some types in a row: those at indices of ``TypeSpace/values``, or one alone.
struct TypeList {
    let indices: Range<Int>
    /// The only type, if it is not in that list.
    let single: StackType?

    init(_ indices: Range<Int>) {
        self.indices = indices
        single = nil
    }

    init(_ single: StackType?) {
        indices = 0..<(single == nil ? 0 : 1)
        self.single = single
    }

    var count: Int { indices.count }
}

extension BodyValidator {
    func type(_ index: Int, of list: TypeList) -> StackType {
        list.single ?? context.types.values[list.indices.lowerBound + index]
    }

    func parameters(of type: BlockType) -> TypeList {
        // No closure: it would copy the validator.
        if let index = type.index { return TypeList(context.types.parameters(of: index)) }
        return TypeList(nil)
    }

    func results(of type: BlockType) -> TypeList {
        if let index = type.index { return TypeList(context.types.results(of: index)) }
        return TypeList(type.result)
    }

    /// What a branch to a block gives it.
    func label(of frame: Frame) -> TypeList {
        frame.kind == .loop ? parameters(of: frame.type) : results(of: frame.type)
    }

    /// Reads the distance of a block, and returns what a branch to it gives it.
    mutating func readLabel() throws(BodyFault) -> TypeList {
        // In two statements: a mutating argument makes the compiler copy the validator.
        let depth = try code.unsigned()
        let frame = try frame(depth)
        return label(of: frame)
    }

    mutating func readBlockType() throws(BodyFault) -> BlockType {
        let offset = code.offset
        let number = try code.signed(bits: 33)
        switch number {
        case -64: return .empty
        case 0...:
            let index = try requireType(.function, Int(number))
            if parameters(of: BlockType(index: index)).count > 0
                || results(of: BlockType(index: index)).count > 1
            {
                try noteFeature(ModuleFeature.multiValue.bit)
            }
            return BlockType(index: index)
        case -64..<0 where code.offset == offset + 1:
            return BlockType(try readType(UInt8(truncatingIfNeeded: number & 0x7F), at: offset))
        default: throw fault("\(name) has the unknown block type \(number)")
        }
    }
}
