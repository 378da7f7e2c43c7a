/// The target of a reference (WebAssembly 3.0, "Heap Types"): a type of the module, or an abstract one.
struct HeapType: Hashable {
    /// The index of a type of the module, or ``abstract`` and a code of the binary format.
    let bits: UInt32

    private static let abstract: UInt32 = 0x2000_0000

    static let function = HeapType(abstractCode: 0x70)
    static let noFunction = HeapType(abstractCode: 0x73)
    static let external = HeapType(abstractCode: 0x6F)
    static let noExternal = HeapType(abstractCode: 0x72)
    static let any = HeapType(abstractCode: 0x6E)
    static let equal = HeapType(abstractCode: 0x6D)
    static let i31 = HeapType(abstractCode: 0x6C)
    static let structure = HeapType(abstractCode: 0x6B)
    static let array = HeapType(abstractCode: 0x6A)
    static let none = HeapType(abstractCode: 0x71)
    static let exception = HeapType(abstractCode: 0x69)
    static let noException = HeapType(abstractCode: 0x74)

    init(bits: UInt32) { self.bits = bits }

    private init(abstractCode: UInt32) { bits = Self.abstract | abstractCode }

    /// A type of the module.
    static func defined(_ index: Int) -> HeapType { HeapType(bits: UInt32(truncatingIfNeeded: index)) }

    /// Decodes an abstract heap type; its byte is also the short form of a nullable reference to it.
    init?(code: UInt8) {
        guard (0x69...0x74).contains(code) else { return nil }
        self.init(abstractCode: UInt32(code))
    }

    /// The index of a type of the module; `nil` for an abstract one.
    var index: Int? { bits & Self.abstract == 0 ? Int(bits) : nil }

    /// The name in the text format.
    var name: String {
        switch self {
        case .function: "func"
        case .noFunction: "nofunc"
        case .external: "extern"
        case .noExternal: "noextern"
        case .any: "any"
        case .equal: "eq"
        case .i31: "i31"
        case .structure: "struct"
        case .array: "array"
        case .none: "none"
        case .exception: "exn"
        case .noException: "noexn"
        default: "$\(bits)"
        }
    }
}

/// The type of a value (WebAssembly 3.0, "Value Types") in 32 bits, because a function may have a million of them.
struct StackType: Hashable {
    /// The code of the binary format, or the marks of a reference and its heap type.
    let bits: UInt32

    private static let reference: UInt32 = 0x8000_0000
    private static let nullable: UInt32 = 0x4000_0000

    static let i32 = StackType(bits: 0x7F)
    static let i64 = StackType(bits: 0x7E)
    static let f32 = StackType(bits: 0x7D)
    static let f64 = StackType(bits: 0x7C)
    static let v128 = StackType(bits: 0x7B)
    /// Fields of structures and arrays only.
    static let i8 = StackType(bits: 0x78)
    static let i16 = StackType(bits: 0x77)
    /// A value in unreachable code, which matches every type.
    static let unknown = StackType(bits: 0)

    init(bits: UInt32) { self.bits = bits }

    /// A reference.
    init(_ heap: HeapType, isNullable: Bool) {
        bits = Self.reference | (isNullable ? Self.nullable : 0) | heap.bits
    }

    /// Decodes a type of one byte.
    init?(code: UInt8) {
        switch code {
        case 0x7B...0x7F: self.init(bits: UInt32(code))
        default:
            guard let heap = HeapType(code: code) else { return nil }
            self.init(heap, isNullable: true)
        }
    }

    var isReference: Bool { bits & Self.reference != 0 }
    /// Only for references.
    var isNullable: Bool { bits & Self.nullable != 0 }
    /// Only for references.
    var heap: HeapType { HeapType(bits: bits & ~(Self.reference | Self.nullable)) }
    /// The same reference without null.
    var nonNullable: StackType { StackType(bits: bits & ~Self.nullable) }
    /// Whether it is shorter than a value on the stack.
    var isPacked: Bool { self == .i8 || self == .i16 }
    /// The type on the stack of a field of this type.
    var unpacked: StackType { isPacked ? .i32 : self }
    /// Whether variables of this type start with zero or null.
    var isDefaultable: Bool { !isReference || isNullable }

    /// The type in imports and exports.
    var valueType: ValueType {
        switch self {
        case .i32: .i32
        case .i64: .i64
        case .f32: .f32
        case .f64: .f64
        case .v128: .v128
        default: .reference(description)
        }
    }
}

extension StackType: CustomStringConvertible {
    /// The notation of the text format: `i32`, `funcref`, `(ref extern)`, `nullref`, `(ref null $3)`.
    var description: String {
        switch self {
        case .i32: "i32"
        case .i64: "i64"
        case .f32: "f32"
        case .f64: "f64"
        case .v128: "v128"
        case .i8: "i8"
        case .i16: "i16"
        case .unknown: "any value"
        default: referenceDescription
        }
    }

    private var referenceDescription: String {
        guard isNullable else { return "(ref \(heap.name))" }
        return switch heap {
        case .none: "nullref"
        case .noFunction: "nullfuncref"
        case .noExternal: "nullexternref"
        case .noException: "nullexnref"
        default: heap.index == nil ? "\(heap.name)ref" : "(ref null \(heap.name))"
        }
    }
}
