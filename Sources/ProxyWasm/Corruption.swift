/// What Envoy's own parser refuses in a module, before any engine sees it (proxy-wasm-cpp-host, `bytecode_util.cc`).
struct Corruption: Hashable, Sendable {
    /// When Envoy trips over it: while it walks through the exports, or later, in a custom section.
    let step: LoadStep
    /// What is the matter, in one sentence without its place.
    let message: String
    /// Where it is, in bytes from the start of the module.
    let offset: Int
}
