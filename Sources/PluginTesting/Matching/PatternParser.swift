/// A parsed pattern.
indirect enum PatternExpression {
    case empty
    case one(ScalarSet)
    case assert(Assertion)
    case sequence([PatternExpression])
    case choice([PatternExpression])
    case repeated(PatternExpression, least: Int, most: Int?)
}

/// Reads the syntax of patterns.
struct PatternParser {
    private static let depthLimit = 50
    private static let countLimit = 1000

    private let scalars: [Unicode.Scalar]
    private var position = 0
    private var ignoresCase = false
    private var dotMatchesLineEnds = false

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    private mutating func consume(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    private func error(_ reason: String) -> PatternError {
        PatternError(reason: "\(reason), at character \(position + 1)")
    }

    mutating func parsed() throws(PatternError) -> PatternExpression {
        let expression = try choice(depth: 0)
        guard next == nil else { throw error("a \")\" has no \"(\"") }
        return expression
    }

    private mutating func choice(depth: Int) throws(PatternError) -> PatternExpression {
        guard depth <= Self.depthLimit else {
            throw error("groups are nested deeper than \(Self.depthLimit)")
        }
        var choices = [try sequence(depth: depth)]
        while consume("|") { choices.append(try sequence(depth: depth)) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence(depth: Int) throws(PatternError) -> PatternExpression {
        var parts: [PatternExpression] = []
        while let scalar = next, scalar != "|", scalar != ")" {
            let part = try atom(depth: depth)
            parts.append(try quantified(part))
        }
        return parts.isEmpty ? .empty : .sequence(parts)
    }

    private mutating func quantified(_ part: PatternExpression) throws(PatternError) -> PatternExpression {
        var result = part
        var isQuantified = false
        while true {
            let bounds: (Int, Int?)
            if consume("*") {
                bounds = (0, nil)
            } else if consume("+") {
                bounds = (1, nil)
            } else if consume("?") {
                bounds = (0, 1)
            } else if next == "{" {
                bounds = try counts()
            } else {
                return result
            }
            guard !isQuantified else { throw error("a quantifier follows another one") }
            isQuantified = true
            // A lazy quantifier changes only what groups capture, not whether the whole text matches.
            _ = consume("?")
            guard next != "+" else { throw error("possessive quantifiers are not supported") }
            result = .repeated(part, least: bounds.0, most: bounds.1)
        }
    }

    private mutating func counts() throws(PatternError) -> (Int, Int?) {
        _ = consume("{")
        let least = number()
        var most = least
        if consume(",") { most = number() }
        guard let least, consume("}") else {
            throw error("\"{\" needs {m}, {m,} or {m,n}; write \\{ for the character")
        }
        guard least <= Self.countLimit, most.map({ $0 <= Self.countLimit && $0 >= least }) ?? true else {
            throw error("a count is larger than \(Self.countLimit), or the first one is the larger")
        }
        return (least, most)
    }

    private mutating func number() -> Int? {
        var digits = ""
        while let scalar = next, ScalarSet.digit.contains(scalar), digits.utf8.count < 9 {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        return Int(digits)
    }

    private mutating func atom(depth: Int) throws(PatternError) -> PatternExpression {
        guard let scalar = next else { return .empty }
        position += 1
        switch scalar {
        case "(": return try group(depth: depth)
        case "[": return .one(try bracket())
        case ".": return .one(dotMatchesLineEnds ? .all : .allButLineEnds)
        case "^": return .assert(.start)
        case "$": return .assert(.end)
        case "\\": return try escape()
        case "*", "+", "?":
            position -= 1
            throw error("\"\(scalar)\" follows nothing that it could repeat")
        default: return .one(cased(ScalarSet(scalar)))
        }
    }

    private func cased(_ set: ScalarSet) -> ScalarSet { ignoresCase ? set.ignoringCase : set }

    private mutating func group(depth: Int) throws(PatternError) -> PatternExpression {
        if consume("?") {
            if consume(":") { return try closed(depth: depth) }
            if next == "=" || next == "!" || next == "<" { throw error("lookaround is not supported") }
            return try flags(depth: depth)
        }
        return try closed(depth: depth)
    }

    private mutating func flags(depth: Int) throws(PatternError) -> PatternExpression {
        let before = (ignoresCase, dotMatchesLineEnds)
        while let flag = next, flag == "i" || flag == "s" {
            position += 1
            if flag == "i" { ignoresCase = true } else { dotMatchesLineEnds = true }
        }
        // Without a colon, the flags are valid up to the end of the group around them.
        if consume(")") { return .empty }
        guard consume(":") else { throw error("only the flags i and s are supported") }
        let inner = try closed(depth: depth)
        (ignoresCase, dotMatchesLineEnds) = before
        return inner
    }

    private mutating func closed(depth: Int) throws(PatternError) -> PatternExpression {
        let before = (ignoresCase, dotMatchesLineEnds)
        let inner = try choice(depth: depth + 1)
        guard consume(")") else { throw error("a \"(\" has no \")\"") }
        (ignoresCase, dotMatchesLineEnds) = before
        return inner
    }

    private mutating func escape() throws(PatternError) -> PatternExpression {
        if consume("b") { return .assert(.boundary) }
        if consume("B") { return .assert(.noBoundary) }
        if consume("A") { return .assert(.start) }
        if consume("z") { return .assert(.end) }
        return .one(cased(try escapedSet()))
    }

    private mutating func escapedSet() throws(PatternError) -> ScalarSet {
        guard let scalar = next else { throw error("the pattern ends with \"\\\"") }
        position += 1
        switch scalar {
        case "d": return .digit
        case "D": return .digit.inverted
        case "w": return .word
        case "W": return .word.inverted
        case "s": return .space
        case "S": return .space.inverted
        case "n": return ScalarSet("\n")
        case "r": return ScalarSet("\r")
        case "t": return ScalarSet("\t")
        case "x": return try hexadecimal()
        default:
            guard scalar.isASCII, !scalar.properties.isAlphabetic, !ScalarSet.digit.contains(scalar) else {
                position -= 1
                throw error("\"\\\(scalar)\" is not supported")
            }
            return ScalarSet(scalar)
        }
    }

    private mutating func hexadecimal() throws(PatternError) -> ScalarSet {
        let isBraced = consume("{")
        var digits = ""
        while let scalar = next, scalar.properties.isASCIIHexDigit, digits.utf8.count < (isBraced ? 6 : 2) {
            digits.unicodeScalars.append(scalar)
            position += 1
        }
        guard isBraced ? consume("}") : digits.utf8.count == 2, let value = UInt32(digits, radix: 16),
            let scalar = Unicode.Scalar(value)
        else { throw error("\\x needs two hexadecimal digits, or \\x{…}") }
        return ScalarSet(scalar)
    }

    private mutating func bracket() throws(PatternError) -> ScalarSet {
        let isInverted = consume("^")
        var ranges: [ClosedRange<UInt32>] = []
        var isFirst = true
        while let scalar = next, scalar != "]" || isFirst {
            isFirst = false
            let item = try bracketItem()
            guard item.ranges.count == 1, !item.isInverted, let low = item.ranges.first?.lowerBound,
                item.ranges.first?.upperBound == low, next == "-", position + 1 < scalars.count,
                scalars[position + 1] != "]"
            else {
                ranges += item.rangesWithoutInversion
                continue
            }
            position += 1
            let end = try bracketItem()
            guard let high = end.ranges.first?.upperBound, end.ranges.count == 1, !end.isInverted, low <= high
            else { throw error("a range of a class has no valid end") }
            ranges.append(low...high)
        }
        guard consume("]") else { throw error("a \"[\" has no \"]\"") }
        let complete = cased(ScalarSet(ranges)).merged
        return isInverted ? complete.inverted : complete
    }

    private mutating func bracketItem() throws(PatternError) -> ScalarSet {
        guard let scalar = next else { throw error("a \"[\" has no \"]\"") }
        position += 1
        if scalar == "\\" { return try escapedSet() }
        if scalar == "[", next == ":" { throw error("classes such as [:alpha:] are not supported") }
        return ScalarSet(scalar)
    }
}

/// Translates a pattern into instructions.
struct PatternCompiler {
    private(set) var program: [Instruction] = []
    /// The parts that were translated; nothing in an empty group is an instruction.
    private var partCount = 0

    mutating func emit(_ instruction: Instruction) throws(PatternError) {
        guard program.count < Pattern.sizeLimit else {
            throw PatternError(reason: "it is too large: more than \(Pattern.sizeLimit) instructions")
        }
        program.append(instruction)
    }

    mutating func add(_ expression: PatternExpression) throws(PatternError) {
        partCount += 1
        guard partCount <= 10 * Pattern.sizeLimit else { throw PatternError(reason: "it repeats too much") }
        switch expression {
        case .empty: break
        case .one(let set): try emit(.one(set))
        case .assert(let assertion): try emit(.assert(assertion))
        case .sequence(let parts): for part in parts { try add(part) }
        case .choice(let choices): try add(choices: choices)
        case .repeated(let part, let least, let most): try add(part, least: least, most: most)
        }
    }

    private mutating func add(choices: [PatternExpression]) throws(PatternError) {
        var ends: [Int] = []
        for (number, choice) in choices.enumerated() {
            guard number + 1 < choices.count else {
                try add(choice)
                break
            }
            let split = program.count
            try emit(.split(split + 1, split + 1))
            try add(choice)
            ends.append(program.count)
            try emit(.jump(0))
            program[split] = .split(split + 1, program.count)
        }
        for end in ends { program[end] = .jump(program.count) }
    }

    private mutating func add(_ part: PatternExpression, least: Int, most: Int?) throws(PatternError) {
        for _ in 0..<least { try add(part) }
        guard let most else {
            let split = program.count
            try emit(.split(split + 1, split + 1))
            try add(part)
            try emit(.jump(split))
            program[split] = .split(split + 1, program.count)
            return
        }
        var splits: [Int] = []
        for _ in least..<max(most, least) {
            splits.append(program.count)
            try emit(.split(program.count + 1, program.count + 1))
            try add(part)
        }
        for split in splits { program[split] = .split(split + 1, program.count) }
    }
}
