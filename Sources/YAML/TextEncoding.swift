/// The encoding of a text, and the places in it.
enum TextEncoding {
    /// Throws an error for a text that is plainly not UTF-8; libyaml finds the other ones.
    static func check(_ bytes: [UInt8]) throws(YAMLError) {
        let start = bytes.prefix(4)
        let isUTF16 =
            start.starts(with: [0xFF, 0xFE]) || start.starts(with: [0xFE, 0xFF])
            || start.count == 4 && (start[0] == 0) != (start[1] == 0) && (start[2] == 0) != (start[3] == 0)
        if isUTF16 {
            throw YAMLError(.encoding, "it is UTF-16; save it as UTF-8", at: Node.Place(line: 1, column: 1))
        }
        guard let zero = bytes.firstIndex(of: 0) else { return }
        let found = bytes.withUnsafeBufferPointer { Self.place(of: zero, in: $0) }
        throw YAMLError(.encoding, "it is binary: it has a zero byte", at: found)
    }

    /// Returns the place of a byte.
    static func place(of offset: Int, in text: UnsafeBufferPointer<UInt8>) -> Node.Place {
        let before = text.prefix(max(0, offset))
        let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
        return Node.Place(
            line: 1 + before.count { $0 == 0x0A },
            column: 1 + before[start...].count { $0 & 0xC0 != 0x80 }
        )
    }

    /// Returns the first byte of the character at a place.
    static func character(at place: Node.Place, in text: UnsafeBufferPointer<UInt8>) -> UInt8? {
        let lines = text.split(separator: 0x0A, maxSplits: place.line, omittingEmptySubsequences: false)
        guard lines.indices.contains(place.line - 1) else { return nil }
        return lines[place.line - 1].filter { $0 & 0xC0 != 0x80 }.dropFirst(place.column - 1).first
    }
}

/// Templates of Helm, which look like YAML.
enum Template {
    /// Returns the error of a template for an error after an action `{{ … }}` outside quotes; otherwise the same error.
    static func explaining(_ error: YAMLError, in bytes: [UInt8]) -> YAMLError {
        guard error.kind != .limit, error.kind != .encoding else { return error }
        let lines = bytes.split(
            separator: 0x0A,
            maxSplits: error.place.line,
            omittingEmptySubsequences: false
        )
        for (number, line) in lines.prefix(error.place.line).enumerated() {
            guard let column = action(in: line) else { continue }
            return YAMLError(
                .template,
                "it is a template of Helm ({{ … }}), which has to be rendered first",
                at: Node.Place(line: number + 1, column: column)
            )
        }
        return error
    }

    /// Returns the column of the first `{{` of a line that has no quote or comment before it.
    private static func action(in line: ArraySlice<UInt8>) -> Int? {
        var column = 0
        for index in line.indices {
            if "\"'#".utf8.contains(line[index]) { return nil }
            if line[index] & 0xC0 != 0x80 { column += 1 }
            if line[index] == UInt8(ascii: "{"),
                line.dropFirst(index - line.startIndex + 1).first == UInt8(ascii: "{")
            {
                return column
            }
        }
        return nil
    }
}
