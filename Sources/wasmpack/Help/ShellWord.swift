extension String {
    /// The text as one word of a shell's command line; quoted if the shell would read it differently.
    var shellWord: String {
        let plain = "-_./:@=+,%~^".unicodeScalars
        let isPlain = unicodeScalars.allSatisfy { scalar in
            plain.contains(scalar) || scalar.properties.isAlphabetic
                || scalar.properties.numericType == .decimal
        }
        return isPlain && !isEmpty && !hasPrefix("~") ? self : "'\(replacing("'", with: #"'\''"#))'"
    }
}
