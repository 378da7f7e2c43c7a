import Diagnostics
import Wasm

/// Types that Envoy's process does not survive.
///
/// Before it looks at any import, and before it looks at any export, Envoy has the engine describe them all. V8's C API
/// stops the process at a type that it does not know, where an error would be expected.
extension ModuleCheck {
    var crashingImportFindings: [Finding] {
        deadly(module.imports.lazy.map { ("import \($0.path)", $0.type, $0.offset) }, verb: "imports")
    }

    var crashingExportFindings: [Finding] {
        deadly(module.exports.lazy.map { ("export \($0.name.shown)", $0.type, $0.offset) }, verb: "exports")
    }

    private func deadly(
        _ items: some Sequence<(String, ExternalType, Int)>,
        verb: String
    ) -> [Finding] {
        items.compactMap { item, type, offset in
            type.crashingType.map { deadly in
                Finding(
                    "crashes-envoy",
                    .error,
                    "its \(item) \(type.kind == "tag" ? "is a tag" : "has \(deadly) in its type"): Envoy's process dies of it, "
                        + "and takes all traffic of that proxy with it",
                    try: [
                        "build it without \(type.kind == "tag" ? "exceptions" : deadly) in what it \(verb); within the module they do no harm"
                    ],
                    offset: offset
                )
            }
        }
    }
}
