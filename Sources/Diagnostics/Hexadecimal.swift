extension Sequence<UInt8> {
    /// The bytes in hexadecimal, two digits each.
    package func hexadecimal(separator: String) -> String {
        map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: separator)
    }
}
