import Diagnostics
import Wasm

extension Failure {
    /// Creates the failure for a file whose sections cannot be read.
    init(_ problem: ModuleOutline.Problem, of name: String) {
        switch problem {
        case .notWasm(let start): self.init(notWasm: start, name, problem)
        case .cutPreamble(let size):
            self.init(
                .wasmMalformed,
                "\(name) is not a complete WebAssembly module",
                why: "it ends after \(size) bytes; the preamble has 8",
                try: [Self.truncated],
                cause: problem
            )
        case .component(let version):
            self.init(
                .wasmComponent,
                "\(name) is a component, not a core module",
                why:
                    "header \(version.hexadecimal(separator: " ")) (component model); Envoy runs core modules and would say "
                    + "\"Missing or unknown Proxy-Wasm ABI version\"",
                try: [
                    "Rust: build for wasm32-wasip1, crate-type cdylib",
                    "Go and TinyGo: build for wasip1 with -buildmode=c-shared",
                ],
                cause: problem
            )
        case .unknownVersion(let version):
            self.init(
                .wasmMalformed,
                "\(name) has an unknown WebAssembly version",
                why: "version \(version.hexadecimal(separator: " ")); Envoy loads version 01 00 00 00 only",
                cause: problem
            )
        case .tooManySections:
            self.init(
                malformed: name,
                "it has more than \(ModuleOutline.sectionCountLimit) sections",
                problem
            )
        case .unreadableLength(let offset):
            self.init(malformed: name, "the length of the section at byte \(offset) cannot be read", problem)
        case .unknownSection(let id, let offset):
            self.init(malformed: name, "the section at byte \(offset) has the unknown id \(id)", problem)
        case .cutSection(let offset, let size, let following):
            self.init(
                malformed: name,
                "the section at byte \(offset) should have \(size) bytes, but \(following) follow",
                problem,
                try: Self.truncated
            )
        }
    }

    private init(
        malformed name: String,
        _ why: String,
        _ problem: ModuleOutline.Problem,
        try hint: String = "build it again"
    ) {
        self.init(
            .wasmMalformed,
            "\(name) is not a complete WebAssembly module",
            why: why,
            try: [hint],
            cause: problem
        )
    }

    private static let truncated = "the file seems truncated: build or download it again"

    // MARK: Other types of files

    private init(notWasm start: [UInt8], _ name: String, _ problem: ModuleOutline.Problem) {
        let expected = "a module starts with \(Preamble.magic.hexadecimal(separator: " "))"
        if start.isEmpty {
            self.init(.notWasm, "\(name) is empty", why: expected, try: ["build it again"], cause: problem)
        } else if start.starts(with: "version https://git-lfs".utf8) {
            self.init(
                .notWasm,
                "\(name) is not a WebAssembly module",
                why: "it starts with \"version https://git-lfs…\" (a Git LFS pointer); \(expected)",
                try: ["git lfs pull"],
                cause: problem
            )
        } else {
            self.init(
                .notWasm,
                "\(name) is not a WebAssembly module",
                why: "it starts with \(Self.excerpt(of: start)); \(expected)",
                try: [Self.guess(start) ?? "build the module, and name the file that the compiler wrote"],
                cause: problem
            )
        }
    }

    private static func guess(_ start: [UInt8]) -> String? {
        if start.starts(with: MagicNumber.gzip) { return "the file is gzip-compressed: run gunzip" }
        if start.starts(with: MagicNumber.elf) { return "the file is a native program: build for wasm32" }
        if start.starts(with: "(module".utf8) {
            return "the file is WebAssembly text: wat2wasm plugin.wat -o plugin.wasm"
        }
        if start.starts(with: "!<arch>".utf8) {
            return "the file is a static library: build with crate-type cdylib"
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
