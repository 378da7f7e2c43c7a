import Diagnostics
import Wasm

/// Findings about the ABI marker, which tells Envoy the ABI version of a module.
extension ModuleCheck {
    var markerFindings: [Finding] {
        let markers = module.exports.filter { $0.abi != nil }
        guard let first = markers.first else { return exportsAreKnown ? [missingMarker] : [] }
        guard markers.count > 1 else { return [] }
        return [
            Finding(
                "several-abi-markers",
                .note,
                "it has \(markers.count) ABI markers; Envoy uses the first one, \(first.name)",
                offset: first.offset
            )
        ]
    }

    private var missingMarker: Finding {
        let similar = module.exports.first { $0.name.hasPrefix("proxy_abi_version_") }
        let message =
            switch similar {
            case nil:
                "it does not declare its proxy-wasm ABI: it exports no function such as proxy_abi_version_0_2_1"
            case .some(let export) where ProxyWasmABI(marker: export.name) != nil:
                "its export \(export.name.shown) is not a function, but an ABI marker must be a function"
            case .some(let export):
                "Envoy does not support its proxy-wasm ABI: it exports \(export.name.shown); "
                    + "Envoy supports 0_1_0, 0_2_0 and 0_2_1"
            }
        return Finding(
            "missing-abi-marker",
            .error,
            message,
            consumerMessage: "Missing or unknown Proxy-Wasm ABI version",
            try: [markerHint],
            offset: similar?.offset
        )
    }

    private var markerHint: String {
        switch sdk {
        case .rust:
            "Rust: crate-type = [\"cdylib\"], and proxy_wasm::main! in lib.rs; a program (bin) exports nothing"
        case .go:
            "Go 1.24 or later: GOOS=wasip1 GOARCH=wasm go build -buildmode=c-shared, with proxy-wasm-go-sdk"
        case .tinyGo: "TinyGo: import proxy-wasm-go-sdk in package main, and build with -target=wasip1"
        case .cPlusPlus:
            "C++: link proxy-wasm-cpp-sdk whole, or export an empty function proxy_abi_version_0_2_1"
        case .assemblyScript: "AssemblyScript: export * from \"@solo-io/proxy-runtime/proxy\""
        case nil: "build it with a proxy-wasm SDK, which exports proxy_abi_version_0_2_1 (or _0_2_0, _0_1_0)"
        }
    }
}
