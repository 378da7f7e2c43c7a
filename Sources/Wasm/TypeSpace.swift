/// The types that a module defines (WebAssembly 3.0, "Types"), with equal ones merged.
///
/// Types are equal if their whole recursive groups have the same structure. An index is replaced by the first index of an
/// equal type, so types can be compared by their bits.
struct TypeSpace {
    enum Form: UInt8 { case function, structure, array }

    struct Entry {
        let form: Form
        let isFinal: Bool
        /// The declared supertype, or -1.
        let supertype: Int32
        /// The number of supertypes above it.
        let depth: Int32
        /// The index of its first value in ``TypeSpace/values``.
        let start: Int32
        /// For functions.
        let parameterCount: Int32
        /// The number of its values: parameters and results, or fields.
        let count: Int32
    }

    private(set) var entries: [Entry] = []
    /// The first index of an equal type, for each index.
    private(set) var canonical: [Int32] = []
    /// Parameters and results of functions, and fields, of all types.
    private(set) var values: [StackType] = []
    /// Whether a field is mutable, for each of ``values``.
    private(set) var mutability: [Bool] = []
    private var groups: [[UInt32]: Int32] = [:]

    var count: Int { entries.count }

    /// Adds a value of a type that is added next.
    mutating func append(_ value: StackType, isMutable: Bool = false) {
        values.append(value)
        mutability.append(isMutable)
    }

    /// Adds a type whose values were added after `start`.
    mutating func add(
        _ form: Form,
        isFinal: Bool,
        supertype: Int?,
        valuesFrom start: Int,
        parameterCount: Int
    ) {
        entries.append(
            Entry(
                form: form,
                isFinal: isFinal,
                supertype: supertype.map { Int32(truncatingIfNeeded: $0) } ?? -1,
                depth: supertype.map { entries[$0].depth + 1 } ?? 0,
                start: Int32(truncatingIfNeeded: start),
                parameterCount: Int32(truncatingIfNeeded: parameterCount),
                count: Int32(truncatingIfNeeded: values.count - start)
            )
        )
        canonical.append(Int32(truncatingIfNeeded: canonical.count))
    }

    /// Merges the group of types from `start` to the end with an equal one, and returns whether there was one.
    mutating func mergeGroup(from start: Int) -> Bool {
        guard start < count else { return true }
        let key = key(ofGroupFrom: start)
        guard let first = groups[key] else {
            groups[key] = Int32(truncatingIfNeeded: start)
            return false
        }
        let firstValue = Int(entries[start].start)
        values.removeLast(values.count - firstValue)
        mutability.removeLast(mutability.count - firstValue)
        for index in start..<count {
            entries[index] = entries[Int(first) + index - start]
            canonical[index] = first + Int32(truncatingIfNeeded: index - start)
        }
        return true
    }

    /// Removes the types from `start`, and their values from `firstValue`.
    mutating func removeGroup(from start: Int, valuesFrom firstValue: Int) {
        entries.removeLast(count - start)
        canonical.removeLast(canonical.count - start)
        values.removeLast(values.count - firstValue)
        mutability.removeLast(mutability.count - firstValue)
    }

    /// The structure of a group; references within it are relative to its start.
    private func key(ofGroupFrom start: Int) -> [UInt32] {
        func relative(_ bits: UInt32, isReference: Bool) -> UInt32 {
            let index = HeapType(bits: bits & 0x3FFF_FFFF).index
            guard isReference, let index, index >= start else { return bits }
            return bits - UInt32(truncatingIfNeeded: start) | 0x1000_0000
        }
        var key: [UInt32] = []
        for entry in entries[start...] {
            let supertype = UInt32(bitPattern: entry.supertype)
            key.append(UInt32(entry.form.rawValue) | (entry.isFinal ? 0x100 : 0))
            key.append(relative(supertype, isReference: entry.supertype >= 0))
            key.append(UInt32(bitPattern: entry.parameterCount))
            key.append(UInt32(bitPattern: entry.count))
            for index in Int(entry.start)..<Int(entry.start + entry.count) {
                let bits = relative(values[index].bits, isReference: values[index].isReference)
                key.append(bits | (mutability[index] ? 0x0800_0000 : 0))
            }
        }
        return key
    }
}

extension TypeSpace {
    /// Whether a type exists and is of a form.
    func has(_ form: Form, at index: Int) -> Bool {
        index < entries.count && entries[index].form == form
    }

    /// The indices in ``values`` of a function's parameters.
    func parameters(of index: Int) -> Range<Int> {
        let entry = entries[index]
        return Int(entry.start)..<Int(entry.start + entry.parameterCount)
    }

    /// The indices in ``values`` of a function's results.
    func results(of index: Int) -> Range<Int> {
        let entry = entries[index]
        return Int(entry.start + entry.parameterCount)..<Int(entry.start + entry.count)
    }

    /// The indices in ``values`` of the fields of a structure or array.
    func fields(of index: Int) -> Range<Int> {
        let entry = entries[index]
        return Int(entry.start)..<Int(entry.start + entry.count)
    }

    /// The type of a function as imports and exports show it.
    func functionType(_ index: Int) -> FunctionType {
        FunctionType(
            values[parameters(of: index)].map(\.valueType),
            values[results(of: index)].map(\.valueType)
        )
    }
}
