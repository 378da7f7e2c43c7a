/// A module as its sections; the sizes are computed when it is written.
package struct ModuleParts: Sendable {
    /// A section, without its size.
    package struct Section: Sendable {
        package var id: UInt8
        package var content: [UInt8]

        /// Creates a section.
        package init(id: UInt8, content: [UInt8]) {
            self.id = id
            self.content = content
        }
    }

    static let preamble: [UInt8] = [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]
    /// The ids of the sections of the specification, in the order that it demands.
    static let order: [UInt8] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]

    package var sections: [Section]

    /// Splits a module; `nil` if it is not a preamble and complete sections.
    package init?(_ bytes: [UInt8]) {
        guard bytes.starts(with: Self.preamble) else { return nil }
        var reader = ByteCursor(bytes, at: Self.preamble.count)
        sections = []
        while !reader.isAtEnd {
            guard let id = reader.byte(), let size = reader.unsigned(), let content = reader.bytes(size)
            else { return nil }
            sections.append(Section(id: id, content: content))
        }
    }

    /// The module.
    package var bytes: [UInt8] {
        sections.reduce(into: Self.preamble) { bytes, section in
            bytes.append(section.id)
            bytes += leb128(section.content.count) + section.content
        }
    }

    /// The bodies of the code section, each with its locals; `nil` if they cannot be split.
    package var bodies: [[UInt8]]? {
        get {
            guard let code = sections.first(where: { $0.id == 10 }) else { return nil }
            var reader = ByteCursor(code.content)
            guard let count = reader.unsigned(), count <= code.content.count else { return nil }
            var bodies: [[UInt8]] = []
            for _ in 0..<count {
                guard let size = reader.unsigned(), let body = reader.bytes(size) else { return nil }
                bodies.append(body)
            }
            return reader.isAtEnd ? bodies : nil
        }
        set {
            guard let newValue else { return }
            let content = newValue.reduce(into: leb128(newValue.count)) { content, body in
                content += leb128(body.count) + body
            }
            set(10, to: content)
        }
    }

    /// Replaces a section, or adds it where the specification wants it.
    mutating func set(_ id: UInt8, to content: [UInt8]) {
        if let index = sections.firstIndex(where: { $0.id == id }) {
            return sections[index].content = content
        }
        let place = Self.order.firstIndex(of: id) ?? Self.order.count
        let index = sections.firstIndex { section in
            Self.order.firstIndex(of: section.id).map { $0 > place } ?? false
        }
        sections.insert(Section(id: id, content: content), at: index ?? sections.count)
    }

    /// Adds an item to a section that is a list.
    mutating func append(_ item: [UInt8], to id: UInt8) {
        var reader = ByteCursor(sections.first { $0.id == id }?.content ?? [0])
        let count = reader.unsigned() ?? 0
        set(id, to: leb128(count &+ 1) + reader.rest + item)
    }
}

/// Reads bytes one after the other; never beyond their end.
struct ByteCursor {
    private let source: [UInt8]
    private(set) var offset: Int

    init(_ source: [UInt8], at offset: Int = 0) {
        self.source = source
        self.offset = offset
    }

    var isAtEnd: Bool { offset >= source.count }
    var rest: [UInt8] { Array(source.dropFirst(offset)) }

    mutating func byte() -> UInt8? {
        guard offset < source.count else { return nil }
        defer { offset += 1 }
        return source[offset]
    }

    mutating func bytes(_ count: Int) -> [UInt8]? {
        guard count >= 0, count <= source.count - offset else { return nil }
        defer { offset += count }
        return Array(source[offset..<offset + count])
    }

    /// Reads an unsigned LEB128 of at most five bytes.
    mutating func unsigned() -> Int? {
        var value = 0
        for shift in stride(from: 0, to: 35, by: 7) {
            guard let byte = byte() else { return nil }
            value |= Int(byte & 0x7F) << shift
            if byte < 0x80 { return value }
        }
        return nil
    }

    /// Passes over a LEB128 of at most ten bytes.
    mutating func skipLEB128() -> Bool {
        for _ in 0..<10 {
            guard let byte = byte() else { return false }
            if byte < 0x80 { return true }
        }
        return false
    }
}

/// Writes an unsigned LEB128, padded with `padding` bytes that change nothing.
func leb128(_ value: Int, padding: Int = 0) -> [UInt8] {
    var rest = UInt64(truncatingIfNeeded: value)
    var bytes: [UInt8] = []
    repeat {
        bytes.append(UInt8(truncatingIfNeeded: rest & 0x7F) | 0x80)
        rest >>= 7
    } while rest > 0
    bytes += [UInt8](repeating: 0x80, count: padding)
    bytes[bytes.count - 1] &= 0x7F
    return bytes
}
