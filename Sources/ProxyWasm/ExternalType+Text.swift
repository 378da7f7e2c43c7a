package import Wasm

extension ExternalType {
    /// The kind, in one word.
    package var kind: String {
        switch self {
        case .function: "function"
        case .table: "table"
        case .memory: "memory"
        case .global: "global"
        case .tag: "tag"
        }
    }

    /// The type in Envoy's notation: `i32 i32 -> i32` for a function.
    package var text: String {
        switch self {
        case .function(let type), .tag(let type): type.envoyNotation
        case .table(let type, let limits): "\(type.envoyNotation) \(limits.text)"
        case .memory(let limits): limits.text
        case .global(let type, let isMutable): (isMutable ? "mutable " : "") + type.envoyNotation
        }
    }
}

extension Limits {
    /// The minimum and the maximum, for example `2...16` or `2...`.
    package var text: String {
        "\(minimum)..." + (maximum.map(String.init) ?? "") + (isShared ? " shared" : "")
            + (is64 ? " 64-bit" : "")
    }
}
