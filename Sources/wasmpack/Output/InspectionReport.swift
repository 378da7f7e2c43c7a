import Archive
import Diagnostics
import OCI
import Packing
import Storage

/// The report of `inspect` about an image.
struct InspectionReport {
    private let inspection: ImageInspection
    private let module: ModuleInspection?
    private let name: String

    init(_ inspection: ImageInspection, _ module: ModuleInspection?, name: String) {
        self.inspection = inspection
        self.module = module
        self.name = name
    }

    /// The report as text.
    ///
    /// The digests of the manifest and the module are labeled, because proxies need either one.
    var text: String {
        let manifest = inspection.manifest
        var rows: [(String, String)] = [
            ("image", name)
        ]
        if let index = inspection.choice.index {
            rows.append(("index", "\(index)   (proxies cannot pin this one)"))
        }
        rows += [
            ("digest", "\(inspection.image.digest)   (the manifest: what a WasmPlugin pins)"),
            ("type", "\(inspection.image.mediaType)  \(ByteCount(inspection.image.size))"),
            ("format", inspection.formatDescription),
        ]
        if let config = inspection.config {
            rows.append(("platform", "\(config.os ?? "?")/\(config.architecture ?? "?")"))
            rows.append(("created", config.created ?? "?"))
        }
        rows.append(("config", Self.line(manifest.config)))
        rows += manifest.layers.map { ("layer", Self.line($0)) }
        switch inspection.plugin {
        case .success(let plugin):
            if plugin.layer.content == .tar, let diffID = plugin.layer.diffID {
                rows.append(("diffID", "\(diffID)   (the uncompressed tar)"))
            }
            rows += plugin.layer.entries.prefix(10).map { ("file", "\($0.name)  \(ByteCount($0.size))") }
            rows.append(
                ("module", "\(plugin.module.digest)  \(ByteCount(plugin.module.size))   (the file itself)")
            )
            if let module { rows += ModuleReport(module).rows }
            rows += plugin.warnings.map { ("warning", $0) }
        case .failure(let failure):
            rows.append(("module", "no proxy finds a module: \(failure.message)"))
            if let why = failure.why { rows.append(("", why)) }
        }
        rows += (manifest.annotations ?? [:]).sorted { $0.key < $1.key }.map {
            ("annotation", "\($0.key)=\($0.value)")
        }
        rows += (inspection.config?.config?.labels ?? [:]).sorted { $0.key < $1.key }.map {
            ("label", "\($0.key)=\($0.value)")
        }
        return Self.table(rows)
    }

    /// Returns lines of a label and a value, without control characters.
    static func table(_ rows: [(String, String)]) -> String {
        rows.map { "\($0.0.padded(to: 12))\($0.1.printable)\n" }.joined()
    }

    private static func line(_ descriptor: Descriptor) -> String {
        "\(descriptor.digest)  \(descriptor.mediaType)  \(ByteCount(descriptor.size))"
    }

    struct Document: Encodable {
        let schema = "wasmpack.inspect/v1"
        let ok = true
        let kind = "image"
        let name: String
        let digest: String
        let mediaType: String
        let size: Int
        let index: Nullable<String>
        let format: String
        let variant: String
        let platform: Nullable<String>
        let created: Nullable<String>
        let parts: [PartDocument]
        let diffID: Nullable<String>
        let files: [File]
        let module: Nullable<ModuleDescription>
        let problem: Nullable<String>
        let warnings: [String]
        let annotations: [String: String]
        let labels: [String: String]

        struct File: Encodable {
            let name: String
            let size: Int
        }
    }

    var document: Document {
        let plugin = try? inspection.plugin.get()
        var problem: String?
        if case .failure(let failure) = inspection.plugin { problem = failure.message }
        let config = inspection.config
        return Document(
            name: name,
            digest: inspection.image.digest.description,
            mediaType: inspection.image.mediaType.description,
            size: inspection.image.size,
            index: Nullable(inspection.choice.index?.description),
            format: inspection.format,
            variant: inspection.variant.rawValue,
            platform: Nullable(config.map { "\($0.os ?? "?")/\($0.architecture ?? "?")" }),
            created: Nullable(config?.created),
            parts: ([inspection.manifest.config] + inspection.manifest.layers).map { PartDocument($0) },
            diffID: Nullable(plugin?.layer.diffID?.description),
            files: (plugin?.layer.entries ?? []).map { Document.File(name: $0.name, size: $0.size) },
            module: Nullable(module.map(ModuleDescription.init)),
            problem: Nullable(problem),
            warnings: plugin?.warnings ?? [],
            annotations: inspection.manifest.annotations ?? [:],
            labels: config?.config?.labels ?? [:]
        )
    }
}

extension ImageInspection {
    /// The format, with a description for images in formats that wasmpack does not write.
    fileprivate var formatDescription: String {
        guard format == "other" else { return format }
        return switch variant {
        case .docker: "other: an image with Docker's media types"
        case .image: "other: an image of \(manifest.layers.count) layers"
        case .artifact:
            "other: an artifact with a bare module, of \(manifest.layers.count) \(manifest.layers.count == 1 ? "layer" : "layers")"
        case .wasm: "other: a Wasm artifact of \(manifest.layers.count) layers"
        case .wasmToOCI: "other: a bare module as wasm-to-oci pushes it"
        case .componentLayer: "other: a bare component as runwasi's tools push it"
        case .tarOther: "other: an image whose layer proxies do not unpack"
        case .raw: "other: a bare module with an unrelated media type"
        case .unknown: "other"
        }
    }
}
