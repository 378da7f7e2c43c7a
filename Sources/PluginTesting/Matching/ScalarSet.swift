/// A set of characters in a pattern.
struct ScalarSet: Sendable, Equatable {
    private(set) var ranges: [ClosedRange<UInt32>]
    private(set) var isInverted = false

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
        ranges.contains { $0.contains(scalar.value) } != isInverted
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

    /// Returns the union of this set, which is not inverted, with another one.
    func union(_ other: ScalarSet) -> ScalarSet {
        ScalarSet(ranges + (other.isInverted ? other.complementRanges : other.ranges))
    }

    /// The ranges of an inverted set, as ranges of a set that is not.
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
