import Diagnostics

/// A Dockerfile's instructions as text: comments and parser directives taken out, continued lines joined.
///
/// As BuildKit's parser does it, byte-order mark, CR LF, and comments and empty lines within a continued line included.
struct DockerfileLines {
    /// One instruction.
    struct Line {
        let place: DockerfilePlace
        let text: String
    }

    /// The instructions in order.
    private(set) var lines: [Line] = []
    /// The character that continues lines and takes the meaning from the next character: `\`, or a backtick.
    let escape: Unicode.Scalar

    /// Cuts a file into instructions.
    ///
    /// Throws ``Failure/Code/dockerfileInvalid`` for what is no text, and for parser directives that are wrong.
    init(_ bytes: [UInt8], of file: String) throws(Failure) {
        let text = try Self.text(bytes, of: file)
        let physical = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false)
        var directives = ParserDirectives()
        var index = 0
        while index < physical.count {
            let place = DockerfilePlace(file: file, line: index + 1)
            let line = Self.trimmed(physical[index].drop(while: \.isBlank))
            index += 1
            try directives.read(line, at: place)
            if line.isEmpty || line.first == "#" { continue }
            var joined = String.UnicodeScalarView()
            var continues = Self.take(line, into: &joined, directives.escape)
            while continues, index < physical.count {
                let next = Self.trimmed(physical[index])
                index += 1
                let visible = next.drop(while: \.isBlank)
                if visible.isEmpty || visible.first == "#" { continue }
                continues = Self.take(next, into: &joined, directives.escape)
            }
            let instruction = String(joined).withoutBlanks
            if !instruction.isEmpty { lines.append(Line(place: place, text: instruction)) }
        }
        escape = directives.escape
    }

    private static func text(_ bytes: [UInt8], of file: String) throws(Failure) -> String {
        guard bytes.count <= Dockerfile.sizeLimit else {
            throw Failure(
                .dockerfileInvalid,
                "\(file) is no Dockerfile",
                why: "it is larger than \(Dockerfile.sizeLimit) bytes"
            )
        }
        let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: mark) ? bytes.dropFirst(mark.count) : bytes[...]
        if let zero = content.firstIndex(of: 0) {
            let line = content[..<zero].count { $0 == UInt8(ascii: "\n") } + 1
            throw DockerfilePlace(file: file, line: line).invalid(
                "there is a zero byte",
                why: "a Dockerfile is text in UTF-8"
            )
        }
        guard let text = String(validating: content, as: UTF8.self) else {
            throw Failure(.dockerfileInvalid, "\(file) is no Dockerfile", why: "it is not text in UTF-8")
        }
        return text
    }

    private static func trimmed(_ line: Substring.UnicodeScalarView) -> Substring.UnicodeScalarView {
        var line = line
        while line.last == "\r" { line.removeLast() }
        return line
    }

    /// Adds a line to an instruction; whether the instruction goes on with the next one.
    private static func take(
        _ line: Substring.UnicodeScalarView,
        into instruction: inout String.UnicodeScalarView,
        _ escape: Unicode.Scalar
    ) -> Bool {
        var end = line
        while end.last == " " || end.last == "\t" { end.removeLast() }
        // One that stands behind another one is an escaped character, not the end of a line.
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

    /// Looks whether a line is one of them; the first line that is not ends them.
    mutating func read(_ line: Substring.UnicodeScalarView, at place: DockerfilePlace) throws(Failure) {
        guard !isOver else { return }
        guard let (name, value) = Self.directive(line), ["syntax", "escape", "check"].contains(name) else {
            isOver = true
            return
        }
        guard seen.insert(name).inserted else {
            throw place.invalid("the parser directive \(name) stands there twice")
        }
        switch name {
        case "escape":
            guard value == "\\" || value == "`", let scalar = value.unicodeScalars.first else {
                throw place.invalid("escape is \(value.quoted)", why: "it can be \\ or `")
            }
            escape = scalar
        case "syntax" where !value.contains("dockerfile"):
            throw place.unsupported(
                "the syntax \(value.quoted) is not supported",
                why: "it names another language than Dockerfile's own, which is read here without docker",
                try: ["wasmpack build path/to/plugin.wasm, which needs no Dockerfile"]
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
