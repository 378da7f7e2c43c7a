import Diagnostics

extension [String] {
    /// The names without characters that a shell may interpret, or that could change the terminal.
    ///
    /// File names and configuration files may come from other people, and completion scripts may expand candidates.
    var safeCandidates: [String] {
        filter { name in
            name.printable == name && !name.unicodeScalars.contains { #"`$\"'"#.unicodeScalars.contains($0) }
        }
    }
}
