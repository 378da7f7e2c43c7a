/// Matching of types (WebAssembly 3.0, "Subtyping").
extension ModuleReader {
    /// Returns whether a value of a type matches the expected type; `nil` if only an engine can determine it.
    func fits(_ given: StackType, in expected: StackType) -> Bool? {
        guard case .reference(let source) = given, case .reference(let target) = expected else {
            return given == expected
        }
        guard target.isNullable || !source.isNullable else { return false }
        return fits(source.heap, in: target.heap)
    }

    private func fits(_ given: ReferenceType.Heap, in expected: ReferenceType.Heap) -> Bool? {
        if given == expected { return true }
        switch (given, expected) {
        // Types of the module may have the same structure, or be declared as subtypes.
        case (.defined, .defined): return nil
        case (.noFunction, .defined): return kind(of: expected) == .function
        case (.none, .defined): return kind(of: expected) != .function
        case (_, .defined): return false
        case (.noFunction, .function), (.noExternal, .external), (.noException, .exception): return true
        case (.none, _): return [.any, .equal, .i31, .structure, .array].contains(expected)
        case (.i31, .equal), (.structure, .equal), (.array, .equal): return true
        case (_, .any): return [.equal, .i31, .structure, .array].contains(kind(of: given))
        case (.defined, .equal): return [.structure, .array].contains(kind(of: given))
        case (.defined, _): return kind(of: given) == expected
        default: return false
        }
    }

    /// Returns the abstract heap type of a type of the module; other heap types are returned unchanged.
    private func kind(of heap: ReferenceType.Heap) -> ReferenceType.Heap {
        guard case .defined(let index) = heap, types.indices.contains(index) else { return heap }
        return switch types[index] {
        case .function: .function
        case .structure: .structure
        case .array: .array
        }
    }
}
