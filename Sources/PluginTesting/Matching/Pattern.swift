import Diagnostics

/// A regular expression whose time is linear in the length of the text, for any pattern.
///
/// The syntax is the part of RE2's that needs no backtracking: `.`, classes, `\d \w \s \b` and their opposites, groups,
/// alternation, `* + ? {m,n}`, `^`, `$` and the flags `(?i)` and `(?s)`. A match is always of the whole text.
package struct Pattern: Sendable, Equatable, CustomStringConvertible {
    /// The most characters of a pattern.
    static let lengthLimit = 10_000
    /// The most instructions of a program.
    static let sizeLimit = 10_000
    /// The most steps of a match; each takes a few nanoseconds.
    static let stepLimit = 10_000_000

    /// The pattern as it was written.
    package let description: String
    private let program: [Instruction]

    /// Compiles a pattern.
    ///
    /// Throws ``PatternError`` for a syntax error, for syntax that needs backtracking, and for a pattern that is too large.
    package init(_ text: String) throws(PatternError) {
        guard text.utf8.count <= Self.lengthLimit else {
            throw PatternError(reason: "it is too large: more than \(Self.lengthLimit) characters")
        }
        description = text
        var parser = PatternParser(text)
        let expression = try parser.parsed()
        var compiler = PatternCompiler()
        try compiler.add(expression)
        try compiler.emit(.match)
        program = compiler.program
    }

    /// Whether a pattern matches a whole text; `nil` if that takes more than ``stepLimit`` steps.
    package func matches(_ text: String) -> Bool? {
        // Each character is at least one step.
        let scalars = Array(text.unicodeScalars.prefix(Self.stepLimit))
        var current = ThreadList(count: program.count)
        var next = ThreadList(count: program.count)
        var steps = 0
        current.add(0, program, scalars, 0)
        for position in 0...scalars.count {
            steps += current.visited.count + 1
            guard steps <= Self.stepLimit else { return nil }
            if position == scalars.count { break }
            next.removeAll()
            for thread in current.threads {
                if case .one(let set) = program[thread], set.contains(scalars[position]) {
                    next.add(thread + 1, program, scalars, position + 1)
                }
            }
            swap(&current, &next)
            if current.threads.isEmpty { return false }
        }
        return current.threads.contains { program[$0] == .match }
    }
}

/// The reason why a pattern is not accepted.
package struct PatternError: Error, Sendable, Equatable {
    /// The reason, as a clause.
    package let reason: String
}

/// An instruction of Thompson's machine.
enum Instruction: Sendable, Equatable {
    /// Consumes a character of a set.
    case one(ScalarSet)
    /// Continues at both.
    case split(Int, Int)
    case jump(Int)
    case assert(Assertion)
    case match
}

/// A condition on the place between two characters.
enum Assertion: Sendable, Equatable {
    case start
    case end
    case boundary
    case noBoundary

    func holds(_ text: [Unicode.Scalar], at position: Int) -> Bool {
        switch self {
        case .start: position == 0
        case .end: position == text.count
        case .boundary: Self.isBoundary(text, position)
        case .noBoundary: !Self.isBoundary(text, position)
        }
    }

    private static func isBoundary(_ text: [Unicode.Scalar], _ position: Int) -> Bool {
        let before = position > 0 && ScalarSet.word.contains(text[position - 1])
        let after = position < text.count && ScalarSet.word.contains(text[position])
        return before != after
    }
}

/// The instructions that the machine is at, each once.
private struct ThreadList {
    private(set) var threads: [Int] = []
    private var isMember: [Bool]
    private(set) var visited: [Int] = []

    init(count: Int) { isMember = Array(repeating: false, count: count) }

    mutating func removeAll() {
        for index in visited { isMember[index] = false }
        visited.removeAll(keepingCapacity: true)
        threads.removeAll(keepingCapacity: true)
    }

    /// Adds an instruction, and those that follow it without a character.
    mutating func add(_ start: Int, _ program: [Instruction], _ text: [Unicode.Scalar], _ position: Int) {
        var pending = [start]
        while let index = pending.popLast() {
            guard program.indices.contains(index), !isMember[index] else { continue }
            isMember[index] = true
            visited.append(index)
            switch program[index] {
            case .jump(let target): pending.append(target)
            case .split(let first, let second):
                pending.append(second)
                pending.append(first)
            case .assert(let assertion):
                if assertion.holds(text, at: position) { pending.append(index + 1) }
            case .one, .match: threads.append(index)
            }
        }
    }
}
