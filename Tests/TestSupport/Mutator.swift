/// Seeded changes of complete documents, for tests that no change makes a reader crash, hang or say too much.
package struct Mutator: Sendable {
    /// The source of every choice; also for the test's own ones.
    package var random: SeededGenerator

    /// Creates the sequence of a seed.
    package init(seed: UInt64) { random = SeededGenerator(seed: seed) }

    /// Returns an element of a list that is not empty.
    package mutating func choice<Element>(of elements: [Element]) -> Element {
        elements[random.next(below: elements.count)]
    }

    /// Returns bytes with up to three changes: bits, extreme values, and parts that are cut, repeated, moved or blank.
    package mutating func bytes(_ original: [UInt8]) -> [UInt8] {
        var bytes = original
        for _ in 0...random.next(below: 3) where !bytes.isEmpty {
            let place = random.next(below: bytes.count)
            let end = min(bytes.count, place + 1 + random.next(below: 64))
            switch random.next(below: 8) {
            case 0: bytes[place] ^= 1 << UInt8(random.next(below: 8))
            case 1: bytes[place] = choice(of: [0, 1, 0x2F, 0x7F, 0x80, 0xFF])
            case 2: bytes.removeSubrange(place..<end)
            case 3: bytes.insert(contentsOf: bytes[place..<end], at: random.next(below: bytes.count))
            case 4: bytes.replaceSubrange(place..<end, with: [UInt8](repeating: 0, count: end - place))
            case 5: bytes.replaceSubrange(place..<end, with: bytes[place..<end].reversed())
            case 6: bytes.insert(UInt8(random.next(below: 256)), at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    /// Returns a JSON text with one or two changed tokens; every fourth text has changed bytes instead.
    ///
    /// Most of them are still JSON, so that a reader comes as far as the meaning of the members.
    package mutating func json(_ original: [UInt8]) -> [UInt8] {
        if random.next(below: 4) == 0 { return bytes(original) }
        var tokens = Self.tokens(original)
        for _ in 0...random.next(below: 2) {
            let scalars = tokens.indices.filter { !"{}[]:,".utf8.contains(tokens[$0].first ?? 0) }
            let keys = scalars.filter { $0 + 1 < tokens.count && tokens[$0 + 1] == [UInt8(ascii: ":")] }
            let values = scalars.filter { !keys.contains($0) }
            guard !keys.isEmpty, !values.isEmpty else { return Array(tokens.joined()) }
            let (key, value) = (choice(of: keys), choice(of: values))
            switch random.next(below: 8) {
            case 0...2: tokens[value] = Array(choice(of: Self.values).utf8)
            case 3: tokens.swapAt(value, choice(of: values))
            case 4: tokens.swapAt(key, choice(of: keys))
            case 5: tokens[key] = tokens[choice(of: keys)]
            case 6: tokens[value] = bytes(tokens[value])
            default: tokens.remove(at: random.next(below: tokens.count))
            }
        }
        return Array(tokens.joined())
    }

    /// Returns a text with up to three changed lines, whose words come from a list and from the text itself.
    package mutating func lines(_ original: String, words: [String]) -> [UInt8] {
        if random.next(below: 4) == 0 { return bytes(Array(original.utf8)) }
        var lines = original.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        for _ in 0...random.next(below: 3) where !lines.isEmpty {
            let place = random.next(below: lines.count)
            var parts = lines[place].split(separator: " ", omittingEmptySubsequences: false).map(String.init)
            switch random.next(below: 6) {
            case 0: lines.remove(at: place)
            case 1: lines.insert(choice(of: lines), at: place)
            case 2: lines.swapAt(place, random.next(below: lines.count))
            case 3: lines[place] += choice(of: ["\\", "\t", "\r", "\u{0}", " \\", "\"", "'", "#", "<<X"])
            case 4 where !parts.isEmpty:
                parts[random.next(below: parts.count)] = choice(of: words)
                lines[place] = parts.joined(separator: " ")
            default:
                parts.insert(choice(of: words), at: random.next(below: parts.count + 1))
                lines[place] = parts.joined(separator: " ")
            }
        }
        return Array(lines.joined(separator: "\n").utf8)
    }

    /// Values of every type, and those at the limits of numbers and names.
    private static let values = [
        "null", "true", "0", "-1", "1", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551616", "1e308", "1e999", "0.1", "-0", "01", "\"\"", "[]", "{}", "[[]]", "[{}]",
        "{\"\":{}}", "\"\\u0000\"", "\"\\ud800\"", "\"\\u001b[2J\"", "\"../../../etc/passwd\"", "\"/\"",
        "\"sha256:\(String(repeating: "0", count: 64))\"", "\"sha256:..\"", "\"sha512:00\"",
        "\"\(String(repeating: "x", count: 5000))\"", "\"application/vnd.oci.image.index.v1+json\"",
        "\"application/vnd.oci.image.layer.v1.tar+zstd\"", String(repeating: "[", count: 300),
    ]

    /// Splits a JSON text into strings, marks and runs of other characters.
    private static func tokens(_ text: [UInt8]) -> [[UInt8]] {
        var tokens: [[UInt8]] = []
        var isInString = false
        var isEscaped = false
        for byte in text {
            let isQuote = byte == UInt8(ascii: "\"") && !isEscaped
            let isMark = !isInString && "{}[]:,".utf8.contains(byte)
            let continues = isInString || !(isQuote || isMark)
            if continues, let last = tokens.last, isInString || !"{}[]:,\"".utf8.contains(last[0]) {
                tokens[tokens.count - 1].append(byte)
            } else {
                tokens.append([byte])
            }
            if isQuote { isInString.toggle() }
            isEscaped = isInString && byte == UInt8(ascii: "\\") && !isEscaped
        }
        return tokens
    }
}
