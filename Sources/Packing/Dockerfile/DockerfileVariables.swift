import Diagnostics

/// The variables that a Dockerfile's instructions may use, and what becomes of a word that uses them.
struct DockerfileVariables {
    /// How long a word may become, in bytes.
    static let wordLimit = 64 * 1024
    /// How long all words of a file together may become, in bytes.
    static let totalLimit = 4 * 1024 * 1024

    private var values: [String: String] = [:]
    private let escape: Unicode.Scalar
    private var total = 0

    init(escape: Unicode.Scalar, _ values: [String: String] = [:]) {
        self.escape = escape
        self.values = values
    }

    /// No variables, after others: what these have made of words still counts.
    init(escape: Unicode.Scalar, continuing others: DockerfileVariables) {
        self.escape = escape
        total = others.total
    }

    /// The value of a variable.
    subscript(name: String) -> String? {
        get { values[name] }
        set { values[name] = newValue }
    }

    /// The word with its variables replaced, its quotes taken off and its escapes resolved.
    ///
    /// Throws ``Failure/Code/dockerfileInvalid`` or ``Failure/Code/dockerfileUnsupported``.
    mutating func expand(_ word: String, at place: DockerfilePlace) throws(Failure) -> String {
        var expansion = WordExpansion(word, values, escape: escape, at: place)
        let result = try expansion.text(until: nil, depth: 0)
        try count(result, at: place)
        return result
    }

    /// Counts a value that is written to the image once more; throws ``Failure/Code/dockerfileInvalid`` when all of them
    /// together are too long.
    mutating func count(_ value: String, at place: DockerfilePlace) throws(Failure) {
        total += value.utf8.count
        guard total <= Self.totalLimit else {
            throw place.invalid("the variables make a text of more than \(Self.totalLimit) bytes")
        }
    }
}

/// Reads one word from start to end, as BuildKit's `shell.Lex` does.
private struct WordExpansion {
    /// How deep one `${…}` may stand in another one.
    private static let depthLimit = 16

    private let word: String
    private let values: [String: String]
    private let escape: Unicode.Scalar
    private let place: DockerfilePlace
    private var rest: Substring.UnicodeScalarView

    init(_ word: String, _ values: [String: String], escape: Unicode.Scalar, at place: DockerfilePlace) {
        self.word = word
        self.values = values
        self.escape = escape
        self.place = place
        rest = Substring.UnicodeScalarView(word.unicodeScalars)
    }

    /// Everything up to a closing character, which is taken too, or up to the end.
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
        if let stop { throw broken("there is no \(stop) at the end") }
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

    /// What stands for a variable whose `$` has just been taken.
    private mutating func variable(depth: Int) throws(Failure) -> String {
        guard rest.first == "{" else {
            let name = self.name()
            return name.isEmpty ? "$" : values[name] ?? ""
        }
        rest.removeFirst()
        let name = self.name()
        guard !name.isEmpty else { throw broken("there is no name behind ${") }
        guard depth < Self.depthLimit else { throw broken("${…} stand in each other too deep") }
        var value = values[name]
        switch rest.popFirst() {
        case nil: throw broken("there is no } at the end")
        case "}": return value ?? ""
        case ":":
            // With a colon, a variable that is empty is as good as none.
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
            let other = try text(until: "}", depth: depth + 1)
            return value ?? other
        case "+":
            let other = try text(until: "}", depth: depth + 1)
            return value == nil ? "" : other
        case "?":
            let message = try text(until: "}", depth: depth + 1)
            guard let value else {
                throw place.invalid(
                    "\(name) has to be set: \((message.isEmpty ? "it is not" : message).truncated(to: 160))",
                    try: ["--build-arg \(name)=…, if an ARG before this line names it"]
                )
            }
            return value
        case "#", "%", "/":
            throw place.unsupported(
                "${\(name)…} cuts or replaces parts of a value, in \(word.quoted)",
                try: ["write the value itself, or give it by --build-arg"]
            )
        default: throw broken("nobody knows what ${\(name)… means there")
        }
    }

    /// Takes a variable's name, or a digit or sign that is one for a shell.
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
            throw place.invalid(
                "the variables make a word of more than \(DockerfileVariables.wordLimit) bytes",
                why: "the word is \(word.quoted)"
            )
        }
    }

    private func broken(_ what: String) -> Failure {
        place.invalid("\(word.quoted) cannot be read", why: what)
    }
}
