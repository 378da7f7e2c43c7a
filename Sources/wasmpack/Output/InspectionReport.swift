import Archive
import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage
import Wasm

/// An image as `inspect` shows it.
struct InspectionReport {
    private let inspection: ImageInspection
    private let name: String

    init(_ inspection: ImageInspection, name: String) {
        self.inspection = inspection
        self.name = name
    }

    /// For people; both digests are labelled, because proxies want the one or the other.
    var text: String {
        let manifest = inspection.manifest
        var rows: [(String, String)] = [
            ("image", name)
        ]
        if inspection.choice.isFromIndex {
            rows.append(("index", "\(inspection.choice.root.digest)   (proxies cannot pin this one)"))
        }
        rows += [
            ("digest", "\(inspection.image.digest)   (the manifest: what a WasmPlugin pins)"),
            ("type", "\(inspection.image.mediaType)  \(ByteCount(inspection.image.size))"),
            ("format", inspection.format),
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
            rows += plugin.warnings.map { ("warning", $0) }
        case .failure(let failure):
            rows.append(("module", "none that a proxy finds: \(failure.message)"))
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

    /// Lines of a label and a value, with nothing that could steer a terminal.
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
        let platform: Nullable<String>
        let created: Nullable<String>
        let parts: [PartDocument]
        let diffID: Nullable<String>
        let files: [File]
        let module: Nullable<ModuleDocument>
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
            index: Nullable(
                inspection.choice.isFromIndex ? inspection.choice.root.digest.description : nil
            ),
            format: inspection.format,
            platform: Nullable(config.map { "\($0.os ?? "?")/\($0.architecture ?? "?")" }),
            created: Nullable(config?.created),
            parts: ([inspection.manifest.config] + inspection.manifest.layers).map { PartDocument($0) },
            diffID: Nullable(plugin?.layer.diffID?.description),
            files: (plugin?.layer.entries ?? []).map { Document.File(name: $0.name, size: $0.size) },
            module: Nullable(plugin.map { ModuleDocument($0.module) }),
            problem: Nullable(problem),
            warnings: plugin?.warnings ?? [],
            annotations: inspection.manifest.annotations ?? [:],
            labels: config?.config?.labels ?? [:]
        )
    }
}

/// A module as `inspect` shows it.
struct ModuleInspection {
    private let path: FilePath
    private let digest: Digest
    private let outline: ModuleOutline

    /// Reads a module; throws what is wrong with it.
    init(of path: FilePath) throws(Failure) {
        let file = try ReadableFile(opening: path)
        outline = try ModuleOutline(of: path.string, in: file)
        var hasher = DigestHasher()
        try file.forEachPiece { piece in hasher.update(piece) }
        digest = hasher.digest()
        self.path = path
    }

    var text: String {
        let custom = outline.sections.filter { $0.id == 0 }.reduce(0) { $0 + $1.size }
        return InspectionReport.table([
            ("module", path.string),
            ("digest", "\(digest)   (the file itself)"),
            ("size", ByteCount(outline.size).description),
            ("kind", "core module, \(outline.sections.count) sections, \(ByteCount(custom)) of them custom"),
        ])
    }

    struct Document: Encodable {
        let schema = "wasmpack.inspect/v1"
        let ok = true
        let kind = "module"
        let path: String
        let digest: String
        let size: Int
        let sections: [Section]

        struct Section: Encodable {
            let id: Int
            let offset: Int
            let size: Int
        }
    }

    var document: Document {
        Document(
            path: path.string,
            digest: digest.description,
            size: outline.size,
            sections: outline.sections.map {
                Document.Section(id: Int($0.id), offset: $0.offset, size: $0.size)
            }
        )
    }
}
