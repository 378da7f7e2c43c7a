/// Random numbers that are the same in every run (SplitMix64), so that failures are reproducible.
package struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    /// Creates the sequence of a seed.
    package init(seed: UInt64) { state = seed }

    /// Returns a number from 0 to one less than the bound.
    ///
    /// The same as `Int.random(in:using:)`, whose generic code is slow in debug builds.
    package mutating func next(below bound: Int) -> Int {
        let bound = UInt64(bound)
        var product = next().multipliedFullWidth(by: bound)
        if product.low < bound {
            let uneven = (0 &- bound) % bound
            while product.low < uneven { product = next().multipliedFullWidth(by: bound) }
        }
        return Int(product.high)
    }

    /// Returns the next 64 bits.
    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
