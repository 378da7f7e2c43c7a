/// The rules for scalars without quotes.
///
/// Follows YAML's JSON schema (YAML 1.2.2, section 10.2), in which only `null`, `true`, `false` and numbers of JSON are not
/// strings; `~` and an empty value are null too, as in every reader.
enum PlainScalar {
    static func value(of text: String) -> Node.Value {
        switch text {
        case "", "~", "null": .null
        case "true": .bool(true)
        case "false": .bool(false)
        default: isNumber(text) ? .number(text) : .string(text)
        }
    }

    /// Whether a text is a number of JSON (RFC 8259, section 6).
    private static func isNumber(_ text: String) -> Bool {
        var rest = text.utf8[...]
        func digits() -> Int {
            let found = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            rest = rest.dropFirst(found.count)
            return found.count
        }
        func skip(_ characters: String) -> Bool {
            guard let first = rest.first, characters.utf8.contains(first) else { return false }
            rest = rest.dropFirst()
            return true
        }
        _ = skip("-")
        if !skip("0"), digits() == 0 { return false }
        if skip("."), digits() == 0 { return false }
        if skip("eE") {
            _ = skip("+-")
            if digits() == 0 { return false }
        }
        return rest.isEmpty
    }

    private static let booleans: Set<String> = ["y", "n", "yes", "no", "on", "off", "true", "false"]
    private static let numbers: Set<String> = [".inf", "+.inf", "-.inf", ".nan"]

    /// Returns what readers of YAML 1.1, such as kubectl, make of a string without quotes; `nil` if they read a string too.
    static func otherReading(of text: String) -> String? {
        guard text.utf8.count <= 64 else { return nil }
        let word = text.lowercased()
        // Each word in lower case, in upper case, or with a capital.
        if text == word || text == text.uppercased() || text == word.prefix(1).uppercased() + word.dropFirst()
        {
            if booleans.contains(word) { return "a boolean" }
            if word == "null" { return "null" }
        }
        if numbers.contains(word) { return "a number" }
        return isNumberOfYAML(word) ? "a number" : nil
    }

    /// Whether a text is a number of YAML 1.1 but not of JSON: `017`, `0x1f`, `0b1`, `0o7`, `1_000`, `+1`, `.5`, `1.`.
    private static func isNumberOfYAML(_ text: String) -> Bool {
        var rest = text.utf8.filter { $0 != UInt8(ascii: "_") }[...]
        guard let first = text.utf8.first, first != UInt8(ascii: "_") else { return false }
        if let sign = rest.first, "+-".utf8.contains(sign) { rest = rest.dropFirst() }
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where rest.starts(with: prefix.utf8) {
            let digits = rest.dropFirst(2)
            return !digits.isEmpty
                && digits.allSatisfy {
                    Character(UnicodeScalar($0)).hexDigitValue.map { $0 < radix } ?? false
                }
        }
        guard rest.contains(where: { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else {
            return false
        }
        let parts = rest.split(maxSplits: 1, omittingEmptySubsequences: false) { $0 == UInt8(ascii: "e") }
        let mantissa = parts[0]
        let isDecimal =
            mantissa.count { $0 == UInt8(ascii: ".") } <= 1
            && mantissa.allSatisfy {
                $0 == UInt8(ascii: ".") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0)
            }
            && mantissa.contains { $0 != UInt8(ascii: ".") }
        guard isDecimal, parts.count == 2 else { return isDecimal }
        let exponent = parts[1].first.map { "+-".utf8.contains($0) } == true ? parts[1].dropFirst() : parts[1]
        return !exponent.isEmpty
            && exponent.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }

    /// Returns the integer that readers of YAML 1.1 make of a number; `nil` for a fraction and beyond 64 bits.
    ///
    /// A number that begins with 0 is octal, if its digits are.
    static func integer(of number: String) -> Int64? {
        var digits = number.lowercased().filter { $0 != "_" }[...]
        let sign = digits.first == "-" ? "-" : ""
        if let first = digits.first, "+-".contains(first) { digits = digits.dropFirst() }
        for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8)] where digits.hasPrefix(prefix) {
            return Int64(sign + digits.dropFirst(2), radix: radix)
        }
        if digits.count > 1, digits.first == "0", let value = Int64(sign + digits, radix: 8) { return value }
        return Int64(sign + digits) ?? Double(sign + digits).flatMap { Int64(exactly: $0) }
    }
}

extension Node {
    /// The integer that readers of YAML 1.1, such as kubectl, make of a number, as in `10`, `+10`, `012` and `1_000`; `nil`
    /// for another value, for a fraction and beyond 64 bits.
    package var integer: Int64? {
        switch value {
        case .number(let number): PlainScalar.integer(of: number)
        case .string(let text) where otherReading == "a number": PlainScalar.integer(of: text)
        default: nil
        }
    }

    /// What readers of YAML 1.1, such as kubectl, take this string for: `a boolean`, `a number` or `null`; `nil` if
    /// it is a string for them too.
    package var otherReading: String? {
        guard style == .plain, let string else { return nil }
        return PlainScalar.otherReading(of: string)
    }
}
