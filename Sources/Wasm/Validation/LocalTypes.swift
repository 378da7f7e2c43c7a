/// The types of a function's parameters and locals.
///
/// A body of ten bytes may declare 50,000 locals, so they are kept in groups.
struct LocalTypes {
    /// Compilers use the first ones most.
    private static let directLimit = 64

    private(set) var count = 0
    private var direct: [StackType] = []
    private var groups: [(end: Int, type: StackType)] = []
    /// The number of parameters, which have a value from the start.
    private var parameterCount = 0
    /// The locals without a default value that have got one, in that order.
    private var assigned: [Int] = []
    private var isAssigned: Set<Int> = []

    mutating func removeAll() {
        count = 0
        parameterCount = 0
        direct.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
        assigned.removeAll(keepingCapacity: true)
        isAssigned.removeAll(keepingCapacity: true)
    }

    mutating func append(_ added: Int, _ type: StackType) {
        guard added > 0 else { return }
        count += added
        for _ in 0..<min(added, Self.directLimit - direct.count) { direct.append(type) }
        groups.append((count, type))
    }

    /// Ends the parameters.
    mutating func endParameters() { parameterCount = count }

    /// Returns the type of a local, which must exist.
    @inline(__always) func type(at index: Int) -> StackType {
        index < direct.count ? direct[index] : search(index)
    }

    private func search(_ index: Int) -> StackType {
        var low = 0
        var high = groups.count
        while low < high {
            let middle = (low + high) / 2
            if groups[middle].end <= index { low = middle + 1 } else { high = middle }
        }
        return groups[low].type
    }

    /// Whether a local without a default value has one.
    func isSet(_ index: Int) -> Bool { index < parameterCount || isAssigned.contains(index) }

    /// Remembers that a local without a default value has got one.
    mutating func set(_ index: Int) {
        if index >= parameterCount, isAssigned.insert(index).inserted { assigned.append(index) }
    }

    /// The number of locals that ``forget(after:)`` keeps.
    var assignedCount: Int { assigned.count }

    /// Forgets the assignments of a block.
    mutating func forget(after count: Int) {
        while assigned.count > count, let last = assigned.popLast() { isAssigned.remove(last) }
    }
}
