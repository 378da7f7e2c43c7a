import Wasm

/// The origin of an import that no proxy offers, and how to build a module without it.
struct ImportAdvice {
    /// The toolchain or interface that the import belongs to; `nil` if unknown.
    let origin: String?
    /// The hints, best first.
    let hints: [String]

    init(for missing: ModuleImport, sdk: PluginSDK?) {
        let name = missing.name
        switch missing.module {
        case "go", "gojs":
            self.init(
                "it was built for a browser (GOOS=js)",
                ["GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared, with Go 1.24 or later"]
            )
        case let module
        where module.hasPrefix("__wbindgen") || module == "wbg" || name.hasPrefix("__wbindgen"):
            self.init(
                "it belongs to wasm-bindgen, which needs JavaScript",
                [
                    "cargo build --target wasm32-wasip1 --release, instead of wasm-pack",
                    "disable crate features that call JavaScript: getrandom/js, chrono/wasmbind",
                ]
            )
        case let module where module.hasPrefix("wasi:") || module == "wasi_snapshot_preview2":
            self.init(
                "it belongs to WASI preview 2, the component model",
                ["Rust: cargo build --target wasm32-wasip1", "TinyGo: -target=wasip1"]
            )
        case "GOT.mem", "GOT.func": self = Self.dynamicLinking
        case "wasi_snapshot_preview1", "wasi_unstable": self.init(nil, Self.wasi(name, sdk))
        case "env": self = Self.environment(name, sdk)
        default:
            self.init(
                nil,
                ["remove the calls of \(missing.path): a proxy offers only env and WASI preview 1"]
            )
        }
    }

    private init(_ origin: String?, _ hints: [String]) {
        self.origin = origin
        self.hints = hints
    }

    private static let javaScriptGo = ImportAdvice(
        "it belongs to the JavaScript target of Go or TinyGo",
        ["TinyGo: tinygo build -target=wasip1", "Go: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared"]
    )

    private static let dynamicLinking = ImportAdvice(
        "it belongs to dynamic linking",
        ["link it into one module: omit -shared, -sSIDE_MODULE and -sRELOCATABLE"]
    )

    private static func environment(_ name: String, _ sdk: PluginSDK?) -> ImportAdvice {
        switch name {
        case "__memory_base", "__table_base", "__stack_pointer", "__indirect_function_table":
            return dynamicLinking
        case "abort", "seed", "trace", "console.log":
            return ImportAdvice(
                "it belongs to AssemblyScript's default host",
                ["asc --use abort=abort_proc_exit, with @solo-io/proxy-runtime"]
            )
        case _ where name.hasPrefix("syscall/js."): return javaScriptGo
        case _ where name.hasPrefix("runtime."): return javaScriptGo
        case _ where name.isOfEmscripten:
            return ImportAdvice(
                "it belongs to Emscripten's JavaScript",
                ["em++ -sSTANDALONE_WASM --no-entry -fno-exceptions"]
            )
        case _ where name.hasPrefix("proxy_"):
            return ImportAdvice(nil, ["build it with an SDK for ABI 0.1.0, 0.2.0 or 0.2.1"])
        default:
            return ImportAdvice(
                "it seems to be a function that the linker did not find",
                ["link the library that defines it, and omit --allow-undefined"]
            )
        }
    }

    private static func wasi(_ name: String, _ sdk: PluginSDK?) -> [String] {
        if name == "sched_yield" || sdk == .tinyGo && isForFiles(name) {
            return [
                name == "sched_yield"
                    ? "nottinygc: add -tags=nottinygc_envoy, or export a function sched_yield that returns 0"
                    : "TinyGo: remove packages that open files, such as os and net/http"
            ]
        }
        return switch sdk {
        case .rust: ["Rust: remove the uses of std::fs, std::net and std::process"]
        case .go: ["Go: run a newer Envoy, build with an older Go, or remove code that opens files"]
        default: ["remove the calls of \(name.shown)"]
        }
    }

    private static func isForFiles(_ name: String) -> Bool {
        name.hasPrefix("fd_") || name.hasPrefix("path_")
    }
}
