import Diagnostics

/// The first bytes of a file, and what else they could be.
enum Preamble {
    /// Magic number and version, in bytes.
    static let size = 8
    /// How much of a file is looked at to tell what it is, in bytes.
    static let excerptSize = 64

    private static let magic: [UInt8] = [0x00, 0x61, 0x73, 0x6D]
    private static let module: [UInt8] = [0x01, 0x00, 0x00, 0x00]

    /// Throws ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent`` or ``Failure/Code/wasmMalformed`` if a file does not
    /// begin like a core module.
    static func check(_ start: [UInt8], of name: String) throws(Failure) {
        guard start.starts(with: magic) else { throw notWasm(start, name) }
        let version = start.dropFirst(magic.count).prefix(module.count)
        guard version.count == module.count else {
            throw Failure(
                .wasmMalformed,
                "\(name) is not a whole WebAssembly module",
                why: "it ends after \(start.count) bytes, within the preamble of 8",
                try: ["it seems cut off: build or download it again"]
            )
        }
        if Array(version) == module { return }
        // The component model splits the version into version (16 bits) and layer (16 bits); layer 1 is a component.
        if version.last == 0, version.dropFirst(2).first == 1 {
            throw Failure(
                .wasmComponent,
                "\(name) is a component, not a core module",
                why:
                    "header \(version.hexadecimal(separator: " ")) (component model); Envoy runs core modules and would say "
                    + "\"Missing or unknown Proxy-Wasm ABI version\"",
                try: [
                    "Rust: build for wasm32-wasip1, crate-type cdylib",
                    "Go and TinyGo: -buildmode=c-shared, target wasip1",
                ]
            )
        }
        throw Failure(
            .wasmMalformed,
            "\(name) has an unknown WebAssembly version",
            why: "version \(version.hexadecimal(separator: " ")); Envoy loads version 01 00 00 00 only"
        )
    }

    private static func notWasm(_ start: [UInt8], _ name: String) -> Failure {
        let expected = "a module starts with 00 61 73 6d"
        guard !start.isEmpty else {
            return Failure(.notWasm, "\(name) is empty", why: expected, try: ["build it again"])
        }
        if start.starts(with: Array("version https://git-lfs".utf8)) {
            return Failure(
                .notWasm,
                "\(name) is not a WebAssembly module",
                why: "it starts with \"version https://git-lfs…\" (a Git LFS pointer); \(expected)",
                try: ["git lfs pull"]
            )
        }
        return Failure(
            .notWasm,
            "\(name) is not a WebAssembly module",
            why: "it starts with \(excerpt(of: start)); \(expected)",
            try: guess(start).map { [$0] } ?? []
        )
    }

    private static func guess(_ start: [UInt8]) -> String? {
        if start.starts(with: [0x1F, 0x8B]) { return "it is gzip: unpack it first" }
        if start.starts(with: [0x7F, 0x45, 0x4C, 0x46]) {
            return "it is a program for this machine: build for wasm32"
        }
        if start.starts(with: Array("(module".utf8)) {
            return "it is WebAssembly text: wat2wasm plugin.wat -o plugin.wasm"
        }
        if start.starts(with: Array("!<arch>".utf8)) {
            return "it is a static library: link it, crate-type cdylib"
        }
        return nil
    }

    private static func excerpt(of bytes: [UInt8]) -> String {
        let head = bytes.prefix(16)
        let isText = head.allSatisfy { (0x20..<0x7F).contains($0) || $0 == 0x0A || $0 == 0x0D || $0 == 0x09 }
        guard isText else { return head.prefix(4).hexadecimal(separator: " ") }
        let line = head.prefix { $0 >= 0x20 }
        return "\"\(String(decoding: line, as: UTF8.self))\""
    }
}
