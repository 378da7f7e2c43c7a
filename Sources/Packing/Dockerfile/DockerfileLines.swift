import Diagnostics

/// A Dockerfile's instructions as text, without comments and parser directives, and with continued lines joined.
///
/// Follows BuildKit's parser, including the byte-order mark, CR LF, and comments and empty lines within a continued line.
struct DockerfileLines {
    /// One instruction.
    struct Line {
        let location: SourceLocation
        let text: String
    }

    /// The instructions in order.
    private(set) var lines: [Line] = []
    /// The character that continues lines and escapes the next character: `\` or a backtick.
    let escape: Unicode.Scalar

    /// Splits a file into instructions.
    ///
    /// Throws ``Failure/Code/dockerfileInvalid`` for a file that is not text and for invalid parser directives.
    init(_ bytes: [UInt8], of file: String) throws(Failure) {
        let text = try Self.text(bytes, of: file)
        let physical = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        var directives = ParserDirectives()
        var index = 0
        while index < physical.count {
            try checkCancellation()
            let location = SourceLocation(file: file, line: index + 1)
            let line = Self.trimmed(physical[index].drop(while: \.isBlank))
            index += 1
            try directives.read(line, at: location)
            if line.isEmpty || line.first == "#" { continue }
            var joined = String.UnicodeScalarView()
            var continues = Self.append(line, into: &joined, directives.escape)
            while continues, index < physical.count {
                let next = Self.trimmed(physical[index])
                index += 1
                let visible = next.drop(while: \.isBlank)
                if visible.isEmpty || visible.first == "#" { continue }
                continues = Self.append(next, into: &joined, directives.escape)
            }
            let instruction = String(joined).withoutBlanks
            if !instruction.isEmpty { lines.append(Line(location: location, text: instruction)) }
        }
        escape = directives.escape
    }

    private static func text(_ bytes: [UInt8], of file: String) throws(Failure) -> String {
        guard bytes.count <= Dockerfile.sizeLimit else {
            throw Failure(
                .dockerfileInvalid,
                "\(file) is not a Dockerfile",
                why: "it is larger than \(Dockerfile.sizeLimit) bytes"
            )
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        if let zero = content.firstIndex(of: 0) {
            let line = content[..<zero].count { $0 == UInt8(ascii: "\n") } + 1
            throw SourceLocation(file: file, line: line).invalid(
                "the line contains a zero byte",
                why: "a Dockerfile must be UTF-8 text"
            )
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw Failure(.dockerfileInvalid, "\(file) is not a Dockerfile", why: "it is not UTF-8 text")
        }
        return text
    }

    private static func trimmed(_ line: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        var line = line
        while line.last == "\r" { line.removeLast() }
        return line
    }

    /// Appends a line to an instruction; returns whether the instruction continues on the next line.
    private static func append(
        _ line: Substring.UnicodeScalarView,
        into instruction: inout String.UnicodeScalarView,
        _ escape: Unicode.Scalar
    ) -> Bool {
        var end = line
        while end.last == " " || end.last == "\t" { end.removeLast() }
        // A doubled escape character is a literal character; it does not continue the line.
        guard end.last == escape, end.dropLast().last != escape else {
            instruction.append(contentsOf: line)
            return false
        }
        instruction.append(contentsOf: end.dropLast())
        return true
    }
}

/// The `# name=value` lines at the top of a Dockerfile.
private struct ParserDirectives {
    private(set) var escape: Unicode.Scalar = "\\"
    private var seen: Set<String> = []
    private var isOver = false

    /// Reads a line if it is a directive; the first other line ends the directives.
    mutating func read(_ line: Substring.UnicodeScalarView, at location: SourceLocation) throws(Failure) {
        guard !isOver else { return }
        guard let (name, value) = Self.directive(line), ["syntax", "escape", "check"].contains(name) else {
            isOver = true
            return
        }
        guard seen.insert(name).inserted else {
            throw location.invalid("the parser directive \(name) is repeated")
        }
        switch name {
        case "escape":
            guard value == "\\" || value == "`", let scalar = value.unicodeScalars.first else {
                throw location.invalid(
                    "the escape character \(value.quoted) is not valid",
                    why: "it must be \\ or `"
                )
            }
            escape = scalar
        case "syntax" where !value.contains("dockerfile"):
            throw location.unsupported(
                "the syntax \(value.quoted) is not supported",
                why: "wasmpack reads only the standard Dockerfile syntax",
                try: ["wasmpack build path/to/plugin.wasm"]
            )
        default: break
        }
    }

    private static func directive(_ line: Substring.UnicodeScalarView) -> (name: String, value: String)? {
        guard line.first == "#", let cut = line.firstIndex(of: "=") else { return nil }
        let name = String(line[..<cut].dropFirst()).withoutBlanks
        let value = String(line[line.index(after: cut)...]).withoutBlanks
        guard !value.isEmpty, let first = name.unicodeScalars.first, first.isASCIILetter,
            name.unicodeScalars.allSatisfy({ $0.isASCIILetter || ("0"..."9").contains($0) })
        else { return nil }
        return (name.lowercased(), value)
    }
}

extension Unicode.Scalar {
    fileprivate var isASCIILetter: Bool { ("a"..."z").contains(self) || ("A"..."Z").contains(self) }
}
