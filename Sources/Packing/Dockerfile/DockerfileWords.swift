import Diagnostics
import OCI

/// Splits the text after an instruction's name into words, by BuildKit's rules.
///
/// The words keep their quotes and escapes; ``DockerfileVariables`` removes them.
enum DockerfileWords {
    /// Removes the flags (`--name=value`) from the start.
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

    /// Splits a text into words, which may contain white space in quotes.
    static func quoted(_ text: String, escape: Unicode.Scalar) -> [String] {
        var words: [String] = []
        var rest = Substring.UnicodeScalarView(text.unicodeScalars).drop(while: \.isBlank)
        while !rest.isEmpty {
            words.append(firstWord(&rest, escape: escape, keepsQuotes: true))
            rest = rest.drop(while: \.isBlank)
        }
        return words
    }

    /// Returns the strings of a JSON array (exec form); `nil` for a text that is not a JSON array.
    ///
    /// Throws ``Failure/Code/dockerfileInvalid`` for an array with elements other than strings.
    static func list(_ text: String, at location: SourceLocation) throws(Failure) -> [String]? {
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
                throw location.invalid("a JSON array may contain only strings")
            }
            texts.append(text)
        }
        return texts
    }

    /// Removes one word from the start and returns it.
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
