/// A number of bytes in a readable unit: `976 B`, `118.9 KiB`, `5.3 MiB`.
package struct ByteCount: CustomStringConvertible, Sendable {
    private let bytes: Int

    /// Wraps a number of bytes.
    package init(_ bytes: Int) { self.bytes = bytes }

    /// The number in the largest unit that it fills.
    package var description: String {
        if bytes < 1024 { return "\(bytes) B" }
        var tenths = bytes
        for unit in ["KiB", "MiB", "GiB"] {
            // In tenths of the unit, rounded, without floating point.
            let (whole, rest) = tenths.quotientAndRemainder(dividingBy: 1024)
            let rounded = whole * 10 + (rest * 10 + 512) / 1024
            if rounded < 10240 || unit == "GiB" { return "\(rounded / 10).\(rounded % 10) \(unit)" }
            tenths = whole
        }
        return "\(bytes) B"
    }
}
