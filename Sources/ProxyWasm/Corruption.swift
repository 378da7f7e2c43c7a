/// An error of Envoy's own parser, which runs before the engine (proxy-wasm-cpp-host, `bytecode_util.cc`).
struct Corruption: Hashable, Sendable {
    /// The step at which Envoy fails: at the exports, or later, at a custom section.
    let step: LoadStep
    /// The error, in one sentence without its offset.
    let message: String
    /// The offset, in bytes from the start of the module.
    let offset: Int
}
