/// Which value may stand where which type is asked for (WebAssembly 3.0, "Subtyping").
extension ModuleReader {
    /// Whether a value of one type may stand where another is asked for; `nil` when it takes an engine to tell.
    func fits(_ given: StackType, in expected: StackType) -> Bool? {
        guard case .reference(let one) = given, case .reference(let other) = expected else {
            return given == expected
        }
        guard other.isNullable || !one.isNullable else { return false }
        return fits(one.heap, in: other.heap)
    }

    private func fits(_ given: ReferenceType.Heap, in expected: ReferenceType.Heap) -> Bool? {
        if given == expected { return true }
        switch (given, expected) {
        // Types of the module may be the same by structure, or say that they are subtypes.
        case (.defined, .defined): return nil
        case (.noFunction, .defined): return kind(of: expected) == .function
        case (.none, .defined): return kind(of: expected) != .function
        case (_, .defined): return false
        case (.noFunction, .function), (.noExternal, .external), (.noException, .exception): return true
        case (.none, let other): return [.any, .equal, .i31, .structure, .array].contains(other)
        case (.i31, .equal), (.structure, .equal), (.array, .equal): return true
        case (let one, .any): return [.equal, .i31, .structure, .array].contains(kind(of: one))
        case (.defined, .equal): return [.structure, .array].contains(kind(of: given))
        case (.defined, let other): return kind(of: given) == other
        default: return false
        }
    }

    /// What a type of the module is; any other heap type is what it is.
    private func kind(of heap: ReferenceType.Heap) -> ReferenceType.Heap {
        guard case .defined(let index) = heap, types.indices.contains(index) else { return heap }
        return switch types[index] {
        case .function: .function
        case .structure: .structure
        case .array: .array
        }
    }
}
