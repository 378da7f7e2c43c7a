extension String {
    /// The text with escaped terminal control characters (CWE-150).
    ///
    /// Escapes the C0 and C1 controls, DEL and Unicode's bidirectional controls; keeps all other characters.
    package var printable: String { escapingControls { "\\u{\(String($0.value, radix: 16))}" } }

    /// A JSON document of one line with the same value, whose terminal control characters are JSON's escapes (RFC 8259,
    /// section 7).
    package var printableJSON: String {
        // Each of them is in the basic multilingual plane.
        escapingControls { "\\u\(String($0.value, digits: 4))" }
    }

    private func escapingControls(_ escape: (Unicode.Scalar) -> String) -> String {
        guard unicodeScalars.contains(where: \.isTerminalControl) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.isTerminalControl {
                result += escape(scalar)
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// Returns the text truncated to a number of characters, with an ellipsis.
    package func truncated(to limit: Int) -> String {
        // Counts scalars, because a `Character` may have any number of combining marks.
        let scalars = unicodeScalars.prefix(limit)
        return scalars.endIndex == endIndex ? self : String(scalars) + "…"
    }
}

extension Unicode.Scalar {
    fileprivate var isTerminalControl: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
