/// What the validator does with an instruction: its immediates and its effect on the stack.
enum InstructionShape: UInt8 {
    case undefined
    /// The first byte of an instruction whose code follows; `detail` is the index in ``InstructionTable/prefixes``.
    case prefix
    /// Only operands and a result.
    case plain

    case unreachable, nop, block, loop, conditional, otherwise, end
    case branch, branchIf, branchTable, returning
    case call, callIndirect, callReference, returnCall, returnCallIndirect, returnCallReference
    case tryLegacy, catchLegacy, catchAllLegacy, delegate, rethrow
    case throwing, throwReference, tryTable

    case drop, select, selectTyped
    case localGet, localSet, localTee, globalGet, globalSet
    case constant32, constant64, constantFloat32, constantFloat64, constantVector

    /// A load or store; `detail` is the binary logarithm of its width.
    case memory
    /// The same, whose alignment is fixed.
    case atomic
    /// The same, with a lane.
    case memoryLane
    case memorySize, memoryGrow, memoryInit, memoryCopy, memoryFill, dataDrop, fence
    /// `detail` is the number of lanes.
    case lane
    case shuffle

    case tableGet, tableSet, tableInit, tableCopy, tableGrow, tableSize, tableFill, elementDrop

    case referenceNull, referenceIsNull, referenceFunction, referenceEqual, referenceAsNonNull
    case branchOnNull, branchOnNonNull
    /// `detail` is 1 if null is allowed.
    case referenceTest, referenceCast
    case branchOnCast, branchOnCastFail
    case convertExternal, convertAny, i31, i31Get

    case structNew, structNewDefault, structGet, structGetPacked, structSet
    case arrayNew, arrayNewDefault, arrayNewFixed, arrayNewData, arrayNewElements
    case arrayGet, arrayGetPacked, arraySet, arrayLength, arrayFill, arrayCopy, arrayInitData,
        arrayInitElements
}

/// Instructions with consecutive codes that differ only in their names (WebAssembly 3.0, "Index of Instructions").
struct InstructionFamily {
    /// The first code; for instructions with a prefix, the code after it.
    let code: Int
    let shape: InstructionShape
    /// The operands, without an address of a memory.
    let operands: [StackType]
    let result: StackType?
    let detail: Int
    /// The names, separated by spaces.
    let names: String
    /// What the names start with.
    let group: String
    /// The feature that has them, if it is another than that of the table.
    let feature: ModuleFeature?

    init(
        _ code: Int,
        _ group: String,
        _ names: String,
        _ operands: [StackType] = [],
        _ result: StackType? = nil,
        shape: InstructionShape = .plain,
        detail: Int = 0,
        feature: ModuleFeature? = nil
    ) {
        self.code = code
        self.shape = shape
        self.operands = operands
        self.result = result
        self.detail = detail
        self.names = names
        self.group = group
        self.feature = feature
    }

    /// An instruction that has a shape alone.
    init(
        _ code: Int,
        _ name: String,
        _ shape: InstructionShape,
        detail: Int = 0,
        feature: ModuleFeature? = nil
    ) {
        self.init(code, "", name, shape: shape, detail: detail, feature: feature)
    }
}
