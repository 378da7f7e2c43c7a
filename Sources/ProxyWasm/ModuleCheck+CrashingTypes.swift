import Diagnostics
import Wasm

/// Findings about types that crash Envoy.
///
/// Envoy asks the engine for the types of all imports, and later of all exports. V8's C API aborts the process for a
/// type that it does not support, instead of returning an error.
extension ModuleCheck {
    var crashingImportFindings: LimitedFindings {
        var findings = LimitedFindings()
        for item in module.imports.untilCanceled {
            guard let type = item.type.crashingType else { continue }
            findings.add(
                "crashes-envoy",
                .error,
                Self.crash("import \(item.path)", type, item.type, at: item.offset, section: "imports")
            )
        }
        return findings
    }

    var crashingExportFindings: LimitedFindings {
        var findings = LimitedFindings()
        for item in module.exports.untilCanceled {
            guard let type = item.type.crashingType else { continue }
            findings.add(
                "crashes-envoy",
                .error,
                Self.crash("export \(item.name.shown)", type, item.type, at: item.offset, section: "exports")
            )
        }
        return findings
    }

    private static func crash(
        _ item: String,
        _ crashingType: String,
        _ type: ExternalType,
        at offset: Int,
        section: String
    ) -> Finding {
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
