import Diagnostics
import OCI
import Packing
import ProxyWasm
import Wasm

/// The report of `inspect` about a module, alone or in its image.
struct ModuleReport {
    private let inspection: ModuleInspection

    init(_ inspection: ModuleInspection) { self.inspection = inspection }

    /// Rows about the content of the module, which follow the rows about the file.
    var rows: [Row] {
        if case .failure(let failure) = inspection.module {
            return [Row("kind", failure.message + (failure.why.map { ": \($0)" } ?? ""))]
        }
        guard let check = inspection.check else { return [] }
        let module = check.module
        let kind = check.pluginType.map { ", \($0.rawValue.uppercased()) according to its callbacks" } ?? ""
        var rows = [
            Row("kind", "core module, \(module.outline.sections.count) sections"),
            Row("abi", (check.abi.map { "proxy-wasm \($0.rawValue)" } ?? "no proxy-wasm marker") + kind),
        ]
        if let sdk = check.sdk { rows.append(Row("language", "probably \(sdk.rawValue)")) }
        if !module.producers.isEmpty { rows.append(Row("made by", Self.line(module.producers))) }
        rows.append(Row("imports", Self.line(module.imports.map { "\($0.module).\($0.name)" })))
        rows.append(Row("exports", Self.line(module.exports.map(\.name))))
        if !module.memories.isEmpty {
            let sizes = module.memories.prefix(4).map { memory in
                let limits = memory.limits
                return limits.maximum.map { "\(limits.minimum) to \($0) pages" }
                    ?? "\(limits.minimum) pages, no maximum"
            }
            rows.append(Row("memory", sizes.joined(separator: "; ")))
        }
        rows += module.customSections.prefix(20).map {
            Row("custom", "\($0.name.truncated(to: 80))  \(ByteCount($0.size))")
        }
        if module.strippableSize > 0 {
            rows.append(Row("debug", "\(ByteCount(module.strippableSize)) of names and debug information"))
        }
        if !module.features.isEmpty {
            rows.append(Row("uses", module.features.map(\.feature.id).joined(separator: ", ")))
        }
        if !module.targetFeatures.isEmpty {
            let features = module.targetFeatures.prefix(40).joined(separator: " ").truncated(to: 400)
            rows.append(Row("features", features))
        }
        if let id = module.buildID { rows.append(Row("build id", id.truncated(to: 128))) }
        if let url = module.sourceMappingURL { rows.append(Row("source", url.truncated(to: 200))) }
        let findings = check.findings.filter { $0.severity > .note }
        rows += findings.prefix(5).map { $0.severity.row($0.message) }
        if findings.count > 5 { rows.append(.more("\(findings.count - 5) more: wasmpack check")) }
        return rows
    }

    /// Returns the number of names, and the first six.
    private static func line(_ names: [String]) -> String {
        let shown = names.prefix(6).map { $0.truncated(to: 80) }
        let more = names.count > shown.count ? ", …" : ""
        return names.isEmpty ? "none" : "\(names.count): \(shown.joined(separator: ", "))\(more)"
    }

    private static func line(_ producers: [Module.Producer]) -> String {
        producers.prefix(10).map { producer in
            [producer.field, producer.name, producer.version].filter { !$0.isEmpty }
                .map { $0.truncated(to: 60) }.joined(separator: " ")
        }.joined(separator: "; ")
    }

    /// Returns the report about a module that is not in an image.
    func rows(called name: String) -> [Row] {
        [
            Row("module", name),
            Row("digest", inspection.identity.digest.description),
            Row("size", ByteCount(inspection.identity.size).description),
        ] + rows
    }

    struct Document: Encodable {
        let schema = "wasmpack.inspect/v1"
        let ok = true
        let kind = "module"
        let path: String
        /// Always `null`: a module has no reference.
        let reference = Nullable<String>(nil)
        let digest: String
        let size: Int
        let sections: [Section]
        let module: ModuleDescription

        struct Section: Encodable {
            let id: Int
            let offset: Int
            let size: Int
        }
    }

    func document(called path: String) -> Document {
        let sections = (try? inspection.module.get())?.outline.sections ?? []
        return Document(
            path: path,
            digest: inspection.identity.digest.description,
            size: inspection.identity.size,
            sections: sections.map { Document.Section(id: Int($0.id), offset: $0.offset, size: $0.size) },
            module: ModuleDescription(inspection)
        )
    }
}
