/// A feature of WebAssembly beyond version 1.
package enum ModuleFeature: UInt8, Sendable, CaseIterable {
    case mutableGlobals
    case signExtension
    case saturatingConversions
    case multiValue
    case bulkMemory
    case referenceTypes
    case simd
    case relaxedSIMD
    case threads
    case tailCalls
    case extendedConstants
    case multiMemory
    case memory64
    case typedReferences
    case garbageCollection
    case exceptions
    case legacyExceptions

    /// The name in output.
    package var id: String {
        switch self {
        case .mutableGlobals: "mutable-globals"
        case .signExtension: "sign-extension"
        case .saturatingConversions: "saturating-float-to-int"
        case .multiValue: "multi-value"
        case .bulkMemory: "bulk-memory"
        case .referenceTypes: "reference-types"
        case .simd: "simd"
        case .relaxedSIMD: "relaxed-simd"
        case .threads: "threads"
        case .tailCalls: "tail-calls"
        case .extendedConstants: "extended-const"
        case .multiMemory: "multi-memory"
        case .memory64: "memory64"
        case .typedReferences: "typed-function-references"
        case .garbageCollection: "gc"
        case .exceptions: "exceptions"
        case .legacyExceptions: "legacy-exceptions"
        }
    }

    /// Its bit in a ``FeatureSet``.
    var bit: UInt32 { 1 << UInt32(rawValue) }
}

/// The first use of a feature in a module.
package struct FeatureUse: Sendable, Hashable {
    /// The feature.
    package let feature: ModuleFeature
    /// The offset of the first use, in bytes from the start of the module.
    package let offset: Int
    /// The index of the function whose body has the first use; `nil` outside of bodies.
    package let function: Int?
    /// The instruction of the first use; `nil` outside of bodies.
    package let instruction: String?

    /// Creates a first use.
    package init(
        _ feature: ModuleFeature,
        at offset: Int,
        function: Int? = nil,
        instruction: String? = nil
    ) {
        self.feature = feature
        self.offset = offset
        self.function = function
        self.instruction = instruction
    }
}

/// Some features, as bits, because each instruction is compared with them.
struct FeatureSet {
    private(set) var bits: UInt32 = 0

    func contains(_ feature: ModuleFeature) -> Bool { bits & feature.bit != 0 }

    /// Adds a feature, and returns whether it is new.
    mutating func insert(_ feature: ModuleFeature) -> Bool {
        let isNew = bits & feature.bit == 0
        bits |= feature.bit
        return isNew
    }
}

extension StackType {
    /// The feature that has this type; `nil` for the types of WebAssembly 1.
    var feature: ModuleFeature? { isReference ? heap.feature : self == .v128 ? .simd : nil }
}

extension HeapType {
    /// The feature that has this type; `nil` for `func` and types of the module.
    var feature: ModuleFeature? {
        switch self {
        case .external: .referenceTypes
        case .exception, .noException: .exceptions
        case .function: nil
        default: index == nil ? .garbageCollection : nil
        }
    }
}
