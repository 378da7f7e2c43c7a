import Diagnostics

/// The variables of a Dockerfile, and the expansion of words that use them.
struct DockerfileVariables {
    /// The maximum size of an expanded word, in bytes.
    static let wordLimit = 64 * 1024
    /// The maximum total size of all expanded words of a file, in bytes.
    static let totalLimit = 4 * 1024 * 1024

    /// The names of `ARG` before `FROM`, which the stage must declare again.
    var globalNames: Set<String> = []
    /// The names that the stage has declared.
    var declaredNames: Set<String> = []
    private var values: [String: String] = [:]
    fileprivate let escape: Unicode.Scalar
    private var total = 0

    init(escape: Unicode.Scalar, _ values: [String: String] = [:]) {
        self.escape = escape
        self.values = values
    }

    /// Starts without variables, but continues to count the expanded bytes of others.
    init(escape: Unicode.Scalar, continuing others: DockerfileVariables) {
        self.escape = escape
        total = others.total
    }

    /// The value of a variable.
    subscript(name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// Returns the word with its variables replaced, its quotes removed and its escapes resolved.
    ///
    /// Throws ``Failure/Code/dockerfileInvalid`` or ``Failure/Code/dockerfileUnsupported``.
    mutating func expand(_ word: String, at location: SourceLocation) throws(Failure) -> String {
        var expansion = WordExpansion(word, self, at: location)
        let result = try expansion.text(until: nil, depth: 0)
        try count(result, at: location)
        return result
    }

    /// Returns how to give a variable without a value one.
    func advice(for name: String) -> String {
        if globalNames.contains(name), values[name] == nil { return "repeat ARG \(name) after FROM" }
        return declaredNames.contains(name)
            ? "set the variable: --build-arg \(name)=VALUE"
            : "declare the variable before this line: ARG \(name)=VALUE"
    }

    /// Returns the variables without a value that a word contains, each once, sorted.
    func missing(in word: String) -> [String] {
        var names: Set<String> = []
        for part in word.split(separator: "$", omittingEmptySubsequences: false).dropFirst() {
            let rest = part.first == "{" ? part.dropFirst() : part
            let name = rest.unicodeScalars.prefix {
                $0 == "_" || $0.properties.isAlphabetic || $0.properties.numericType != nil
            }
            if !name.isEmpty, values[String(name)]?.isEmpty ?? true { names.insert(String(name)) }
        }
        return names.sorted()
    }

    /// Adds to the total size a value that is written to the image; throws ``Failure/Code/dockerfileInvalid`` above
    /// ``totalLimit``.
    mutating func count(_ value: String, at location: SourceLocation) throws(Failure) {
        total += value.utf8.count
        guard total <= Self.totalLimit else {
            throw location.invalid("the variables expand to more than \(Self.totalLimit) bytes in total")
        }
    }
}

/// Expands one word, as BuildKit's `shell.Lex` does.
private struct WordExpansion {
    /// The maximum nesting depth of `${…}`.
    private static let depthLimit = 16

    private let word: String
    private let values: DockerfileVariables
    private let escape: Unicode.Scalar
    private let location: SourceLocation
    private var rest: Substring.UnicodeScalarView

    init(_ word: String, _ values: DockerfileVariables, at location: SourceLocation) {
        self.word = word
        self.values = values
        escape = values.escape
        self.location = location
        rest = Substring.UnicodeScalarView(word.unicodeScalars)
    }

    /// Expands the text up to and including a closing character, or up to the end.
    mutating func text(until stop: Unicode.Scalar?, depth: Int) throws(Failure) -> String {
        var result = ""
        while let scalar = rest.popFirst() {
            if scalar == stop { return result }
            switch scalar {
            case "'": result += try singleQuoted()
            case "\"": result += try doubleQuoted(depth: depth)
            case "$": result += try variable(depth: depth)
            case escape:
                if let next = rest.popFirst() { result.unicodeScalars.append(next) }
            default: result.unicodeScalars.append(scalar)
            }
            try check(result)
        }
        if let stop { throw broken("the closing \(stop) is missing") }
        return result
    }

    private mutating func singleQuoted() throws(Failure) -> String {
        guard let end = rest.firstIndex(of: "'") else { throw broken("a ' is not closed") }
        defer { rest = rest[rest.index(after: end)...] }
        return String(rest[..<end])
    }

    private mutating func doubleQuoted(depth: Int) throws(Failure) -> String {
        var result = ""
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return result
            case "$": result += try variable(depth: depth)
            case escape:
                guard let next = rest.first else { continue }
                if next == "\"" || next == "$" || next == escape {
                    rest.removeFirst()
                    result.unicodeScalars.append(next)
                } else {
                    result.unicodeScalars.append(scalar)
                }
            default: result.unicodeScalars.append(scalar)
            }
            try check(result)
        }
        throw broken("a \" is not closed")
    }

    /// Returns the value of a variable whose `$` has just been read.
    private mutating func variable(depth: Int) throws(Failure) -> String {
        guard rest.first == "{" else {
            let name = self.name()
            return name.isEmpty ? "$" : values[name] ?? ""
        }
        rest.removeFirst()
        let name = self.name()
        guard !name.isEmpty else { throw broken("a name is missing after ${") }
        guard depth < Self.depthLimit else { throw broken("${…} is nested too deep") }
        var value = values[name]
        switch rest.popFirst() {
        case nil: throw broken("the closing } is missing")
        case "}": return value ?? ""
        case ":":
            // With a colon, an empty variable counts as unset.
            if value?.isEmpty == true { value = nil }
            return try modified(name, value, by: rest.popFirst(), depth: depth)
        case let modifier: return try modified(name, value, by: modifier, depth: depth)
        }
    }

    private mutating func modified(
        _ name: String,
        _ value: String?,
        by modifier: Unicode.Scalar?,
        depth: Int
    ) throws(Failure) -> String {
        switch modifier {
        case "-":
            let alternative = try text(until: "}", depth: depth + 1)
            return value ?? alternative
        case "+":
            let alternative = try text(until: "}", depth: depth + 1)
            return value == nil ? "" : alternative
        case "?":
            let message = try text(until: "}", depth: depth + 1)
            guard let value else {
                throw location.invalid(
                    "the variable \(name) is required: \((message.isEmpty ? "it is not set" : message).truncated(to: 160))",
                    try: [values.advice(for: name)]
                )
            }
            return value
        case "#", "%", "/":
            throw location.unsupported(
                "the substring or replacement ${\(name)…} in \(word.quoted) is not supported",
                try: ["write the value itself, or pass it with --build-arg"]
            )
        default: throw broken("the modifier after ${\(name) is unknown")
        }
    }

    /// Reads a variable's name, or one of the shell's special parameters.
    private mutating func name() -> String {
        var name = String.UnicodeScalarView()
        while let scalar = rest.first {
            let isDigit = ("0"..."9").contains(scalar)
            if name.isEmpty, "@*#?-$!".unicodeScalars.contains(scalar) {
                rest.removeFirst()
                return String(scalar)
            }
            guard scalar == "_" || isDigit || scalar.properties.isAlphabetic else { break }
            if let first = name.first, ("0"..."9").contains(first), !isDigit { break }
            name.append(scalar)
            rest.removeFirst()
        }
        return String(name)
    }

    private func check(_ result: String) throws(Failure) {
        guard result.utf8.count <= DockerfileVariables.wordLimit else {
            throw location.invalid(
                "the variables expand to a word of more than \(DockerfileVariables.wordLimit) bytes",
                why: "the word is \(word.quoted)"
            )
        }
    }

    private func broken(_ what: String) -> Failure {
        location.invalid("\(word.quoted) cannot be expanded", why: what)
    }
}
