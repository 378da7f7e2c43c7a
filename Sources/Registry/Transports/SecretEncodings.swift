import Diagnostics

extension String {
    /// The text itself, and its encodings in JSON and URLs by common libraries.
    var secretEncodings: Set<String> {
        var all: Set<String> = [self]
        for (slash, escapesHTML, escapesUnicode) in [
            ("/", false, false), ("/", true, false), ("/", false, true), ("\\/", false, false),
            ("\\/", false, true),
        ] {
            all.insert(json(slash: slash, escapesHTML: escapesHTML, escapesUnicode: escapesUnicode))
        }
        // The characters that RFC 3986 leaves unencoded, then JavaScript's, then Go's for paths.
        for kept in ["-._~", "-._~!*'()", "-._~$&+=:@"] {
            for isUpperCase in [true, false] {
                let encoded = percentEncoded(keeping: kept, isUpperCase: isUpperCase)
                all.formUnion([encoded, encoded.replacing("%20", with: "+")])
            }
        }
        return all
    }

    /// Encodes the text as in a JSON string (RFC 8259 §7); Go escapes `&`, `<`, `>`, Python non-ASCII,
    /// PHP `/`.
    private func json(slash: String, escapesHTML: Bool, escapesUnicode: Bool) -> String {
        unicodeScalars.map { scalar in
            switch scalar {
            case "\"": "\\\""
            case "\\": "\\\\"
            case "/": slash
            case "\n": "\\n"
            case "\r": "\\r"
            case "\t": "\\t"
            case "&", "<", ">": escapesHTML ? scalar.escapedForJSON : String(scalar)
            case "\0"..<" ": scalar.escapedForJSON
            default: escapesUnicode && !scalar.isASCII ? scalar.escapedForJSON : String(scalar)
            }
        }.joined()
    }
}

extension Unicode.Scalar {
    fileprivate var escapedForJSON: String {
        utf16.map { unit in "\\u" + String(unit, digits: 4) }.joined()
    }
}
