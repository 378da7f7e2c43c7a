/// All instructions by their code.
struct InstructionTable: Sendable {
    /// What the validator needs for each instruction, in 12 bytes.
    struct Rule: Sendable {
        var shape = InstructionShape.undefined
        var operandCount: UInt8 = 0
        /// The codes of up to four operands; the last one, on top of the stack, in the lowest byte.
        var operands: UInt32 = 0
        /// The code of the result; 0 for none.
        var result: UInt8 = 0
        var detail: UInt8 = 0
        /// The bit of its feature; 0 for WebAssembly 1.
        var feature: UInt32 = 0
    }

    /// The instructions of one byte, then those of each prefix.
    private(set) var rules: [Rule] = []
    /// The names of ``rules``.
    private(set) var names: [String] = []
    /// The indices in ``rules`` of the instructions of each prefix: 0xFB to 0xFE.
    private(set) var prefixes: [Range<Int>] = []

    static let shared = InstructionTable()

    private init() {
        add([control, numeric, memory, references], of: nil, size: 256)
        let prefixed: [(families: [[InstructionFamily]], feature: ModuleFeature?, size: Int)] = [
            ([aggregates], .garbageCollection, 31),
            ([saturating, bulk], .bulkMemory, 18),
            ([vectors, vectorArithmetic, relaxedVectors], .simd, 276),
            ([atomics], .threads, 79),
        ]
        for (index, (families, feature, size)) in prefixed.enumerated() {
            rules[0xFB + index] = Rule(shape: .prefix, detail: UInt8(truncatingIfNeeded: index))
            prefixes.append(rules.count..<rules.count + size)
            add(families, of: feature, size: size)
        }
    }

    private mutating func add(_ families: [[InstructionFamily]], of feature: ModuleFeature?, size: Int) {
        let start = rules.count
        rules += [Rule](repeating: Rule(), count: size)
        names += [String](repeating: "", count: size)
        for family in families.joined() {
            let rule = Rule(family, feature: family.feature ?? feature)
            for (index, name) in family.names.split(separator: " ").enumerated() {
                rules[start + family.code + index] = rule
                names[start + family.code + index] = family.group + name
            }
        }
    }
}

extension InstructionTable.Rule {
    fileprivate init(_ family: InstructionFamily, feature: ModuleFeature?) {
        shape = family.shape
        operandCount = UInt8(truncatingIfNeeded: family.operands.count)
        operands = family.operands.reduce(0) { $0 << 8 | $1.bits }
        result = UInt8(truncatingIfNeeded: family.result?.bits ?? 0)
        detail = UInt8(truncatingIfNeeded: family.detail)
        self.feature = feature?.bit ?? 0
    }

    /// An operand; 0 is the last one.
    func operand(_ index: Int) -> StackType {
        StackType(bits: operands >> UInt32(truncatingIfNeeded: 8 * index) & 0xFF)
    }
}
