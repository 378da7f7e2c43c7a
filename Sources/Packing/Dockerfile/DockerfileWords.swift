import Diagnostics
import OCI

/// How the text behind an instruction's name is cut into words, by BuildKit's rules.
///
/// Quotes and escapes stay in the words; ``DockerfileVariables`` takes them out.
enum DockerfileWords {
    /// Cuts the flags (`--name=value`) off the start.
    static func flags(_ text: String, escape: Unicode.Scalar) -> (flags: [String], rest: String) {
        var flags: [String] = []
        var rest = Substring.UnicodeScalarView(text.unicodeScalars).drop(while: \.isBlank)
        while rest.starts(with: "--".unicodeScalars) {
            let word = firstWord(&rest, escape: escape, keepsQuotes: false)
            rest = rest.drop(while: \.isBlank)
            if word == "--" { break }
            flags.append(word)
        }
        return (flags, String(rest))
    }

    /// Cuts a text into words, each of which may have quoted parts with white space.
    static func quoted(_ text: String, escape: Unicode.Scalar) -> [String] {
        var words: [String] = []
        var rest = Substring.UnicodeScalarView(text.unicodeScalars).drop(while: \.isBlank)
        while !rest.isEmpty {
            words.append(firstWord(&rest, escape: escape, keepsQuotes: true))
            rest = rest.drop(while: \.isBlank)
        }
        return words
    }

    /// The texts of a JSON array; `nil` for a text that is none, which then means something else.
    ///
    /// Throws ``Failure/Code/dockerfileInvalid`` for an array of other things than texts.
    static func list(_ text: String, at place: DockerfilePlace) throws(Failure) -> [String]? {
        guard text.hasPrefix("["),
            let array = try? CanonicalJSON.decode(
                [JSONValue].self,
                from: Array(text.utf8),
                as: "list",
                failing: .dockerfileInvalid
            )
        else { return nil }
        var texts: [String] = []
        for value in array {
            guard case .string(let text) = value else {
                throw place.invalid("a list in brackets can have texts only")
            }
            texts.append(text)
        }
        return texts
    }

    /// Takes one word off the start.
    private static func firstWord(
        _ rest: inout Substring.UnicodeScalarView,
        escape: Unicode.Scalar,
        keepsQuotes: Bool
    ) -> String {
        var word = String.UnicodeScalarView()
        var quote: Unicode.Scalar?
        while let scalar = rest.first {
            if quote == nil, scalar.isBlank { break }
            rest.removeFirst()
            if scalar == escape, !(keepsQuotes && quote == "'") {
                guard let next = rest.popFirst() else { break }
                if keepsQuotes { word.append(scalar) }
                word.append(next)
                continue
            }
            let isQuote = quote.map { $0 == scalar } ?? (scalar == "\"" || scalar == "'")
            if isQuote { quote = quote == nil ? scalar : nil }
            if !isQuote || keepsQuotes { word.append(scalar) }
        }
        return String(word)
    }
}
