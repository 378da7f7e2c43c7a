/// A reference to a function, a host object or a garbage-collected object (WebAssembly 3.0, "Reference Types").
struct ReferenceType: Hashable, CustomStringConvertible {
    /// The type of its target.
    enum Heap: Hashable {
        case function, noFunction
        case external, noExternal
        case any, equal, i31, structure, array, none
        case exception, noException
        /// A type of the module.
        case defined(Int)

        /// Decodes an abstract heap type; its byte is also the short form of a nullable reference to it.
        init?(code: UInt8) {
            switch code {
            case 0x74: self = .noException
            case 0x73: self = .noFunction
            case 0x72: self = .noExternal
            case 0x71: self = .none
            case 0x70: self = .function
            case 0x6F: self = .external
            case 0x6E: self = .any
            case 0x6D: self = .equal
            case 0x6C: self = .i31
            case 0x6B: self = .structure
            case 0x6A: self = .array
            case 0x69: self = .exception
            default: return nil
            }
        }

        /// The name in the text format.
        fileprivate var name: String {
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
            case .defined(let index): "$\(index)"
            }
        }
    }

    let isNullable: Bool
    let heap: Heap

    var valueType: ValueType { .reference(description) }

    /// The notation of the text format: `funcref`, `(ref extern)`, `(ref null $3)`, `nullref`.
    var description: String {
        guard isNullable else { return "(ref \(heap.name))" }
        return switch heap {
        case .defined: "(ref null \(heap.name))"
        case .none: "nullref"
        case .noFunction: "nullfuncref"
        case .noExternal: "nullexternref"
        case .noException: "nullexnref"
        default: "\(heap.name)ref"
        }
    }
}

/// The type of a value; references are not reduced to text.
enum StackType: Hashable, CustomStringConvertible {
    case number(ValueType)
    case reference(ReferenceType)

    var valueType: ValueType {
        switch self {
        case .number(let type): type
        case .reference(let type): type.valueType
        }
    }

    var description: String {
        switch self {
        case .number(let type): "\(type)"
        case .reference(let type): type.description
        }
    }
}

/// A type that a module defines.
enum DefinedType: Hashable {
    case function(FunctionType)
    case structure
    case array
}
