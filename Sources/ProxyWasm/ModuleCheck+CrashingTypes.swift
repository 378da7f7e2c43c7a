import Diagnostics
import Wasm

/// Findings about types that crash Envoy.
///
/// Envoy asks the engine for the types of all imports, and later of all exports. V8's C API aborts the process for a
/// type that it does not support, instead of returning an error.
extension ModuleCheck {
    var crashingImportFindings: [Finding] {
        findings(
            for: module.imports.lazy.map { ("import \($0.path)", $0.type, $0.offset) },
            section: "imports"
        )
    }

    var crashingExportFindings: [Finding] {
        findings(
            for: module.exports.lazy.map { ("export \($0.name.shown)", $0.type, $0.offset) },
            section: "exports"
        )
    }

    private func findings(
        for items: some Sequence<(String, ExternalType, Int)>,
        section: String
    ) -> [Finding] {
        items.compactMap { item, type, offset in
            type.crashingType.map { crashingType in
                Finding(
                    "crashes-envoy",
                    .error,
                    "its \(item) \(type.kind == "tag" ? "is a tag" : "has \(crashingType) in its type"): "
                        + "this crashes Envoy and stops all traffic through that proxy",
                    try: [
                        "build it without \(type.kind == "tag" ? "exceptions" : crashingType) in its \(section); "
                            + "inside the module they are harmless"
                    ],
                    offset: offset
                )
            }
        }
    }
}
