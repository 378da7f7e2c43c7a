import Diagnostics

extension String {
    /// The text as it is, and as it stands in JSON and in URLs, by the habits of the usual libraries.
    var spellings: Set<String> {
        var all: Set<String> = [self]
        for (slash, escapesHTML, escapesUnicode) in [
            ("/", false, false), ("/", true, false), ("/", false, true), ("\\/", false, false),
            ("\\/", false, true),
        ] {
            all.insert(json(slash: slash, escapesHTML: escapesHTML, escapesUnicode: escapesUnicode))
        }
        // RFC 3986's unreserved alone; what JavaScript leaves too; what Go leaves in a path.
        for kept in ["-._~", "-._~!*'()", "-._~$&+=:@"] {
            for isUpperCase in [true, false] {
                let encoded = percentEncoded(keeping: kept, isUpperCase: isUpperCase)
                all.formUnion([encoded, encoded.replacing("%20", with: "+")])
            }
        }
        return all
    }

    /// As in a string of JSON (RFC 8259 §7); Go escapes `&`, `<` and `>`, Python what is not ASCII, PHP also `/`.
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
