import Diagnostics
import Wasm

/// A plugin in bytes that Envoy loads, to be changed section by section.
///
/// Types: `[] -> []` and `[i32] -> [i32]`. Functions: the marker of ABI 0.2.1, of the first type, and `malloc`, of the
/// second. One memory of one page.
struct PluginBytes {
    private static let order: [UInt8] = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11]

    /// The content of each section.
    var sections: [UInt8: [UInt8]] = [
        1: vector([function(), function([i32], [i32])]),
        3: vector([[0], [1]]),
        5: vector([[0, 1]]),
        7: vector([marker, export("malloc", 0, 1)]),
        10: vector([[2, 0, 0x0B], [4, 0, 0x20, 0, 0x0B]]),
    ]
    /// What follows the sections.
    var rest: [UInt8] = []

    /// The plugin with some sections exchanged or added, and something behind all of them.
    init(_ changes: [UInt8: [UInt8]] = [:], rest: [UInt8] = []) {
        sections.merge(changes) { $1 }
        self.rest = rest
    }

    /// The whole module.
    var bytes: [UInt8] {
        Self.order.reduce(into: [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0]) { module, id in
            if let content = sections[id] { module += section(id, content) }
        } + rest
    }

    /// Reads the module.
    func read() throws(Failure) -> Module { try readModule(bytes) }
}

/// Reads a module from memory.
func readModule(_ bytes: [UInt8]) throws(Failure) -> Module {
    try Module(of: "plugin.wasm", size: bytes.count) { offset, count in
        Array(bytes.dropFirst(offset).prefix(count))
    }
}

let i32: UInt8 = 0x7F
let i64: UInt8 = 0x7E
let v128: UInt8 = 0x7B
let funcref: UInt8 = 0x70
let externref: UInt8 = 0x6F

let marker = export("proxy_abi_version_0_2_1", 0, 0)

/// A number in as few bytes as it takes.
func unsigned(_ number: Int) -> [UInt8] {
    var bytes: [UInt8] = []
    var rest = number
    repeat {
        bytes.append(UInt8(truncatingIfNeeded: rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
        rest >>= 7
    } while rest > 0
    return bytes
}

func vector(_ items: [[UInt8]]) -> [UInt8] { unsigned(items.count) + items.joined() }
func name(_ text: String) -> [UInt8] { unsigned(text.utf8.count) + Array(text.utf8) }
func section(_ id: UInt8, _ content: [UInt8]) -> [UInt8] { [id] + unsigned(content.count) + content }
func custom(_ title: String, _ content: [UInt8]) -> [UInt8] { section(0, name(title) + content) }
func function(_ parameters: [UInt8] = [], _ results: [UInt8] = []) -> [UInt8] {
    [0x60] + unsigned(parameters.count) + parameters + unsigned(results.count) + results
}
func export(_ title: String, _ kind: UInt8, _ index: Int) -> [UInt8] {
    name(title) + [kind] + unsigned(index)
}
func imported(_ title: String, _ type: [UInt8]) -> [UInt8] { name("env") + name(title) + type }
/// `i32.const` of a number that is not negative.
func constant(_ number: Int) -> [UInt8] {
    // One byte more where the sign would be misread.
    let bytes = unsigned(number)
    guard let last = bytes.last, last & 0x40 != 0 else { return [0x41] + bytes }
    return [0x41] + bytes.dropLast() + [last | 0x80, 0]
}
