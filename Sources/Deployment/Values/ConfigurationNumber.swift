import Diagnostics
import OCI

/// A number in a JSON text that some reader does not keep as it is written.
struct ConfigurationNumber: Sendable, Equatable {
    /// Where it is in the text, such as `.a[0]`.
    private(set) var path: String
    /// The number as it is written, shortened.
    let text: String
    let loss: Loss

    /// What a reader changes.
    enum Loss: Sendable {
        /// It is an integer beyond 64 bits, or a number beyond the range of a 64-bit float; no field of a document holds it.
        case outOfRange
        /// It is an integer beyond 2^53, which a 64-bit float rounds.
        case integer
        /// It has more digits than a 64-bit float, which is what every reader makes of a fraction.
        case digits
    }

    /// The most numbers that are kept, because a text may have 100,000 of them.
    private static let limit = 6

    /// Returns the first numbers of a text that are not kept; throws the violation of a text that is not JSON.
    static func all(in text: [UInt8]) throws(StrictJSON.Violation) -> [ConfigurationNumber] {
        try StrictJSON.read(text, as: Tree.self)
    }

    /// Reads a scalar; returns `nil` for a number that every reader keeps, and for another value.
    private init?(_ scalar: ArraySlice<UInt8>) {
        guard let first = scalar.first, "-0123456789".utf8.contains(first) else { return nil }
        let number = String(decoding: scalar, as: UTF8.self)
        let isInteger = !scalar.contains { ".eE".utf8.contains($0) }
        let loss: Loss
        if isInteger {
            switch Int64(number) {
            case nil: loss = .outOfRange
            case let integer? where integer.magnitude > 1 << 53: loss = .integer
            default: return nil
            }
        } else {
            guard let float = Double(number), float.isFinite, let written = DecimalNumber(number) else {
                self.init(number, .outOfRange)
                return
            }
            guard written != DecimalNumber("\(float)") else { return nil }
            loss = float == 0 ? .outOfRange : .digits
        }
        self.init(number, loss)
    }

    private init(_ number: String, _ loss: Loss) {
        path = ""
        text = number.truncated(to: 40)
        self.loss = loss
    }

    private func within(_ step: String) -> ConfigurationNumber {
        var number = self
        number.path = step + path
        return number
    }

    /// Collects the numbers; those out of range come first, because they end the command.
    private enum Tree: JSONTreeBuilder {
        static func scalar(_ text: ArraySlice<UInt8>) -> [ConfigurationNumber] {
            ConfigurationNumber(text).map { [$0] } ?? []
        }

        static func array(_ values: [[ConfigurationNumber]]) -> [ConfigurationNumber] {
            first(
                of: values.enumerated().lazy.map { index, numbers in numbers.map { $0.within("[\(index)]") } }
            )
        }

        static func member(_ text: ArraySlice<UInt8>, name: String, _ value: [ConfigurationNumber])
            -> [ConfigurationNumber]
        {
            value.map { $0.within(".\(name.truncated(to: 60))") }
        }

        static func object(_ members: [[ConfigurationNumber]]) -> [ConfigurationNumber] {
            first(of: members)
        }

        private static func first(of parts: some Sequence<[ConfigurationNumber]>) -> [ConfigurationNumber] {
            let all = Array(parts.joined())
            guard all.count > limit else { return all }
            return Array(
                (all.filter { $0.loss == .outOfRange } + all.filter { $0.loss != .outOfRange }).prefix(limit)
            )
        }
    }
}

/// A decimal number without leading and trailing zeros, to compare two spellings of it.
private struct DecimalNumber: Equatable {
    /// Its digits from the first to the last that is not 0; empty for zero.
    private let digits: [UInt8]
    /// The power of ten of the last digit.
    private let exponent: Int

    /// Reads a JSON number without its sign; returns `nil` for an exponent beyond 64 bits.
    init?(_ text: String) {
        let parts = text.utf8.drop { $0 == UInt8(ascii: "-") }.split(maxSplits: 1) { "eE".utf8.contains($0) }
        guard let mantissa = parts.first else { return nil }
        let halves = mantissa.split(
            separator: UInt8(ascii: "."),
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        let fraction = halves.count == 2 ? halves[1].count : 0
        let all = Array(halves.joined())
        let kept = all.drop { $0 == UInt8(ascii: "0") }
        let end = kept.lastIndex { $0 != UInt8(ascii: "0") }.map { $0 + 1 } ?? kept.startIndex
        digits = Array(kept[..<end])
        guard parts.count == 2 else {
            exponent = digits.isEmpty ? 0 : all.count - end - fraction
            return
        }
        guard let power = Int(String(decoding: parts[1], as: UTF8.self)), abs(power) < 1 << 40 else {
            return nil
        }
        exponent = digits.isEmpty ? 0 : power + all.count - end - fraction
    }
}
