/// The limits of what the program says about bad input.
package enum Clarity {
    /// Returns what is wrong with a message: longer than 16 lines or 8 kB, control characters, or words of Swift.
    package static func faults(in message: String) -> [String] {
        var faults: [String] = []
        let lines = message.split(separator: "\n").count
        if lines > 16 { faults.append("\(lines) lines") }
        if message.utf8.count > 8_000 { faults.append("\(message.utf8.count) bytes") }
        if message.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" }) {
            faults.append("a control character")
        }
        for word in ["Swift.", "Fatal error", "Optional(", "error[internal]"] where message.contains(word) {
            faults.append("\"\(word)\"")
        }
        return faults
    }
}
