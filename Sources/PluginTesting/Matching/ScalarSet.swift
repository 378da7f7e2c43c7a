/// A set of characters in a pattern.
struct ScalarSet: Sendable, Equatable {
    private(set) var ranges: [ClosedRange<UInt32>]
    private(set) var isInverted = false
    /// Whether the ranges are in order and apart.
    private var isMerged = false

    init(_ ranges: [ClosedRange<UInt32>]) { self.ranges = ranges }

    init(_ scalar: Unicode.Scalar) { ranges = [scalar.value...scalar.value] }

    static let digit = ScalarSet([0x30...0x39])
    static let word = ScalarSet([0x30...0x39, 0x41...0x5A, 0x5F...0x5F, 0x61...0x7A])
    static let space = ScalarSet([0x09...0x0D, 0x20...0x20])
    static let all = ScalarSet([0...0x10FFFF])
    static let allButLineEnds = ScalarSet([0x0A...0x0A]).inverted

    var inverted: ScalarSet {
        var set = self
        set.isInverted.toggle()
        return set
    }

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        guard isMerged else { return ranges.contains { $0.contains(scalar.value) } != isInverted }
        // The first range that does not end before the character.
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = low + (high - low) / 2
            if ranges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
        }
        return (low < ranges.count && ranges[low].contains(scalar.value)) != isInverted
    }

    /// The set with the other case of its ASCII letters.
    var ignoringCase: ScalarSet {
        var set = self
        for range in ranges {
            for (letters, difference) in [(UInt32(0x41)...0x5A, Int64(0x20)), (UInt32(0x61)...0x7A, -0x20)] {
                let common = range.clamped(to: letters)
                guard range.overlaps(letters) else { continue }
                let low = UInt32(Int64(common.lowerBound) + difference)
                let high = UInt32(Int64(common.upperBound) + difference)
                set.ranges.append(low...high)
            }
        }
        return set
    }

    /// The same set, in which a character is found quickly.
    var merged: ScalarSet {
        var set = self
        set.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = set.ranges.last, range.lowerBound <= last.upperBound {
                set.ranges[set.ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                set.ranges.append(range)
            }
        }
        set.isMerged = true
        return set
    }

    /// The ranges of the same set without inversion.
    var rangesWithoutInversion: [ClosedRange<UInt32>] { isInverted ? complementRanges : ranges }

    private var complementRanges: [ClosedRange<UInt32>] {
        var result: [ClosedRange<UInt32>] = []
        var start: UInt32 = 0
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if range.lowerBound > start { result.append(start...range.lowerBound - 1) }
            start = max(start, range.upperBound + 1)
        }
        if start <= 0x10FFFF { result.append(start...0x10FFFF) }
        return result
    }
}
