/// Matching of types (WebAssembly 3.0, "Matching").
extension TypeSpace {
    /// Whether a value of a type may be where another is expected.
    func matches(_ given: StackType, _ expected: StackType) -> Bool {
        if given == expected || given == .unknown { return true }
        guard given.isReference, expected.isReference else { return false }
        guard expected.isNullable || !given.isNullable else { return false }
        return matches(given.heap, expected.heap)
    }

    func matches(_ given: HeapType, _ expected: HeapType) -> Bool {
        if given == expected { return true }
        guard let target = expected.index else { return matchesAbstract(given, expected) }
        guard let source = given.index else {
            return switch given {
            case .noFunction: entries[target].form == .function
            case .none: entries[target].form != .function
            default: false
            }
        }
        var supertype = Int(entries[source].supertype)
        while supertype >= 0, supertype != target { supertype = Int(entries[supertype].supertype) }
        return supertype == target
    }

    private func matchesAbstract(_ given: HeapType, _ expected: HeapType) -> Bool {
        let source = abstract(given)
        if source == expected { return true }
        return switch expected {
        case .any: [.equal, .i31, .structure, .array, .none].contains(source)
        case .equal: [.i31, .structure, .array, .none].contains(source)
        case .i31, .structure, .array: source == .none
        case .function: source == .noFunction
        case .external: source == .noExternal
        case .exception: source == .noException
        default: false
        }
    }

    /// The abstract heap type of a type of the module; abstract ones are returned unchanged.
    func abstract(_ heap: HeapType) -> HeapType {
        guard let index = heap.index else { return heap }
        return switch entries[index].form {
        case .function: .function
        case .structure: .structure
        case .array: .array
        }
    }

    /// The heap type above all others of the same hierarchy.
    func top(of heap: HeapType) -> HeapType {
        switch abstract(heap) {
        case .function, .noFunction: .function
        case .external, .noExternal: .external
        case .exception, .noException: .exception
        default: .any
        }
    }

    /// Returns why a type has too many supertypes; `nil` if it has not.
    ///
    /// Called for each type as it is read, so that no later check follows a long chain.
    func depthFault(of index: Int) -> String? {
        entries[index].depth > Self.depthLimit
            ? "type \(index) has more than \(Self.depthLimit) supertypes" : nil
    }

    /// Returns why a type is not a valid subtype of the supertype that it declares; `nil` if it is one.
    func subtypeFault(of index: Int) -> String? {
        let entry = entries[index]
        guard entry.supertype >= 0 else { return nil }
        let supertype = Int(entry.supertype)
        let parent = entries[supertype]
        if parent.isFinal { return "type \(index) has the supertype \(supertype), which is final" }
        guard entry.form == parent.form, fits(entry, parent) else {
            return "type \(index) does not match its supertype \(supertype)"
        }
        return nil
    }

    private func fits(_ entry: Entry, _ parent: Entry) -> Bool {
        if entry.form == .function {
            guard entry.count == parent.count, entry.parameterCount == parent.parameterCount else {
                return false
            }
        } else {
            guard entry.count >= parent.count else { return false }
        }
        return (0..<Int(parent.count)).allSatisfy { position in
            let own = Int(entry.start) + position
            let other = Int(parent.start) + position
            if entry.form == .function {
                return position < entry.parameterCount
                    ? matches(values[other], values[own]) : matches(values[own], values[other])
            }
            guard mutability[own] == mutability[other] else { return false }
            return mutability[own]
                ? values[own] == values[other] : matches(values[own], values[other])
        }
    }

    /// V8's limit.
    private static let depthLimit = 63
}
