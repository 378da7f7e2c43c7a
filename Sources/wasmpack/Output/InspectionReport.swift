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

    private let reference: Reference?

    init(
        _ inspection: ImageInspection,
        _ module: ModuleInspection?,
        name: String,
        reference: Reference?
    ) {
        self.reference = reference
        self.inspection = inspection
        self.module = module
        self.name = name
    }

    /// The report.
    ///
    /// The digest of the manifest comes first, because proxies pin that one.
    var rows: [Row] {
        let manifest = inspection.manifest
        var rows = [Row("image", name)]
        if let index = inspection.choice.index {
            rows.append(Row("index", "\(index)  (proxies cannot pin this one)"))
        }
        rows += [
            Row("digest", inspection.image.digest.description),
            Row("type", "\(inspection.image.mediaType)  \(ByteCount(inspection.image.size))"),
            Row("format", inspection.formatDescription),
        ]
        if let config = inspection.config {
            rows.append(Row("platform", "\(config.os ?? "?")/\(config.architecture ?? "?")"))
            rows.append(Row("created", config.created ?? "?"))
        }
        rows.append(Row("config", Self.line(manifest.config)))
        rows += manifest.layers.map { Row("layer", Self.line($0)) }
        switch inspection.plugin {
        case .success(let plugin):
            if plugin.layer.content == .tar, let diffID = plugin.layer.diffID {
                rows.append(Row("diffID", diffID.description))
            }
            rows += plugin.layer.entries.prefix(10).map { Row("file", "\($0.name)  \(ByteCount($0.size))") }
            rows.append(Row("module", "\(plugin.module.digest)  \(ByteCount(plugin.module.size))"))
            if let module { rows += ModuleReport(module).rows }
            rows += plugin.warnings.map { Row("warning", $0, tone: .caution) }
        case .failure where inspection.unreadSize != nil:
            rows.append(Row("module", "not fetched because of its size; --module fetches it"))
        case .failure(let failure):
            rows.append(Row("module", "no proxy finds a module: \(failure.message)"))
            if let why = failure.why { rows.append(.more(why)) }
        }
        return rows + Self.pairs("metadata", manifest.annotations)
            + Self.pairs("label", inspection.config?.config?.labels)
    }

    private static func pairs(_ label: String, _ values: [String: String]?) -> [Row] {
        (values ?? [:]).sorted { $0.key < $1.key }.map { Row(label, "\($0.key)=\($0.value)") }
    }

    private static func line(_ descriptor: Descriptor) -> String {
        "\(descriptor.digest)  \(descriptor.mediaType)  \(ByteCount(descriptor.size))"
    }

    struct Document: Encodable {
        let schema = "wasmpack.inspect/v1"
        let ok = true
        let kind = "image"
        let name: String
        let reference: Nullable<String>
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
        if case .failure(let failure) = inspection.plugin, inspection.unreadSize == nil {
            problem = failure.message
        }
        let config = inspection.config
        return Document(
            name: name,
            reference: Nullable(reference?.pinned(to: inspection.image.digest).description),
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
