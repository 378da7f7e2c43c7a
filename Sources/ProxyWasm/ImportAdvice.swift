import Wasm

/// Where an import that no proxy has comes from, and how to build a module without it.
struct ImportAdvice {
    /// What the import belongs to, if its names tell.
    let origin: String?
    /// What to do, best first.
    let hints: [String]

    init(for one: ModuleImport, sdk: PluginSDK?) {
        let name = one.name
        switch one.module {
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
                    "cargo build --target wasm32-wasip1 --release, without wasm-pack",
                    "some crates call JavaScript by a feature of theirs: getrandom/js, chrono/wasmbind",
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
                ["build it without what calls \(one.path): a proxy has only env and WASI preview 1"]
            )
        }
    }

    private init(_ origin: String?, _ hints: [String]) {
        self.origin = origin
        self.hints = hints
    }

    private static let dynamicLinking = ImportAdvice(
        "it belongs to dynamic linking",
        ["link it into one module: without -shared, -sSIDE_MODULE or -sRELOCATABLE"]
    )

    private static func environment(_ name: String, _ sdk: PluginSDK?) -> ImportAdvice {
        switch name {
        case "__memory_base", "__table_base", "__stack_pointer", "__indirect_function_table":
            return dynamicLinking
        case "abort", "seed", "trace", "console.log":
            return ImportAdvice(
                "it belongs to AssemblyScript's own host",
                ["asc --use abort=abort_proc_exit, with @solo-io/proxy-runtime"]
            )
        case _
        where ["emscripten_", "_emscripten_", "invoke_", "__cxa_", "__syscall_"].contains(
            where: name.hasPrefix
        ):
            return ImportAdvice(
                "it belongs to Emscripten's JavaScript",
                ["em++ -sSTANDALONE_WASM --no-entry -fno-exceptions"]
            )
        case _ where name.hasPrefix("proxy_"):
            return ImportAdvice(nil, ["build it with an SDK for ABI 0.1.0, 0.2.0 or 0.2.1"])
        default:
            return ImportAdvice(
                "it seems to be a function that the linker did not find",
                ["link the library that has \(name.shown), and leave out --allow-undefined"]
            )
        }
    }

    private static func wasi(_ name: String, _ sdk: PluginSDK?) -> [String] {
        if name == "sched_yield" || sdk == .tinyGo && isForFiles(name) {
            return [
                name == "sched_yield"
                    ? "nottinygc: add -tags=nottinygc_envoy, or export a function sched_yield that returns 0"
                    : "TinyGo: leave out what opens files: os, net/http, and what imports them"
            ]
        }
        return switch sdk {
        case .rust: ["Rust: leave out std::fs, std::net, std::process and what uses them"]
        case .go: ["Go: run a newer Envoy, or build with an older Go; leave out what opens files"]
        default: ["build it without what calls \(name.shown)"]
        }
    }

    private static func isForFiles(_ name: String) -> Bool {
        name.hasPrefix("fd_") || name.hasPrefix("path_")
    }
}
