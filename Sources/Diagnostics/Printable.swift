extension String {
    /// The same text with everything that could steer a terminal made visible (CWE-150).
    ///
    /// Escaped are the C0 and C1 controls, DEL and Unicode's bidirectional controls; what remains is printed as
    /// it is.
    package var printable: String {
        guard unicodeScalars.contains(where: \.steersTerminals) else { return self }
        var result = ""
        for scalar in unicodeScalars {
            if scalar.steersTerminals {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    /// The text cut to a number of characters, with an ellipsis where something was left out.
    package func truncated(to limit: Int) -> String {
        // By scalars: any number of combining marks is one `Character`.
        let scalars = unicodeScalars.prefix(limit)
        return scalars.endIndex == endIndex ? self : String(scalars) + "…"
    }
}

extension Unicode.Scalar {
    fileprivate var steersTerminals: Bool {
        switch value {
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
