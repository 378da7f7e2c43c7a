/// A plugin in bytes that Envoy loads, to be changed section by section.
///
/// Types: `[] -> []` and `[i32] -> [i32]`. Functions: the marker of ABI 0.2.1, of the first type, and `malloc`, of the
/// second. One memory of one page.
package struct PluginBytes {
    private static let order: [UInt8] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]

    /// The content of each section.
    package var sections: [UInt8: [UInt8]] = [
        1: vector([function(), function([i32], [i32])]),
        3: vector([[0], [1]]),
        5: vector([[0, 1]]),
        7: vector([marker, export("malloc", 0, 1)]),
        10: vector([[2, 0, 0x0B], [4, 0, 0x20, 0, 0x0B]]),
    ]
    /// What follows the sections.
    package var rest: [UInt8] = []

    /// The plugin with some sections exchanged or added, and something behind all of them.
    package init(_ changes: [UInt8: [UInt8]] = [:], rest: [UInt8] = []) {
        sections.merge(changes) { $1 }
        self.rest = rest
    }

    /// The whole module.
    package var bytes: [UInt8] {
        Self.order.reduce(into: SampleModule.preamble) { module, id in
            if let content = sections[id] { module += section(id, content) }
        } + rest
    }
}

/// The codes of types.
package let i32: UInt8 = 0x7F
package let i64: UInt8 = 0x7E
package let v128: UInt8 = 0x7B
package let funcref: UInt8 = 0x70
package let externref: UInt8 = 0x6F

/// The marker of ABI 0.2.1, which is function 0.
package let marker = export("proxy_abi_version_0_2_1", 0, 0)

/// A number in as few bytes as it takes.
package func unsigned(_ number: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    repeat {
        bytes.append(UInt8(truncatingIfNeeded: rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
        rest >>= 7
    } while rest > 0
    return bytes
}

/// A vector: how many items there are, and the items.
package func vector(_ items: [[UInt8]]) -> [UInt8] { unsigned(items.count) + items.joined() }
/// A name: its length and its bytes.
package func name(_ text: String) -> [UInt8] { unsigned(text.utf8.count) + Array(text.utf8) }
/// A section: its id, its length and its content.
package func section(_ id: UInt8, _ content: [UInt8]) -> [UInt8] { [id] + unsigned(content.count) + content }
/// A custom section.
package func custom(_ title: String, _ content: [UInt8]) -> [UInt8] { section(0, name(title) + content) }
/// The type of a function.
package func function(_ parameters: [UInt8] = [], _ results: [UInt8] = []) -> [UInt8] {
    [0x60] + unsigned(parameters.count) + parameters + unsigned(results.count) + results
}
/// An export.
package func export(_ title: String, _ kind: UInt8, _ index: Int) -> [UInt8] {
    name(title) + [kind] + unsigned(index)
}
/// An import from `env`.
package func imported(_ title: String, _ type: [UInt8]) -> [UInt8] { name("env") + name(title) + type }
/// `i32.const` of a number that is not negative.
package func constant(_ number: Int) -> [UInt8] {
    // One byte more where the sign would be misread.
    let bytes = unsigned(number)
    guard let last = bytes.last, last & 0x40 != 0 else { return [0x41] + bytes }
    return [0x41] + bytes.dropLast() + [last | 0x80, 0]
}
