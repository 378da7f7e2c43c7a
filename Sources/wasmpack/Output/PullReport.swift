import OCI
import Packing
import Storage
import SystemPackage

/// The result of `pull`.
struct PullReport {
    /// The image's reference with its digest, as a WasmPlugin uses it.
    let pinned: Reference
    /// The path of the module or the layout; `nil` for standard output.
    let path: FilePath?
    private let root: Descriptor
    private let image: Descriptor
    private let copied: CopyReport
    private let module: ModuleIdentity?

    init(
        of image: Descriptor,
        in root: Descriptor,
        _ reference: Reference,
        _ copied: CopyReport,
        path: FilePath?,
        module: ModuleIdentity? = nil
    ) {
        pinned = reference.pinned(to: image.digest)
        self.image = image
        self.root = root
        self.copied = copied
        self.path = path
        self.module = module
    }

    struct Document: Encodable {
        let schema = "wasmpack.pull/v1"
        let ok = true
        let reference: String
        let digest: String
        let mediaType: String
        let size: Int
        let index: Nullable<String>
        let path: String
        let parts: [PartDocument]
        let module: Nullable<ModuleDocument>
    }

    var document: Document {
        Document(
            reference: pinned.description,
            digest: image.digest.description,
            mediaType: image.mediaType.description,
            size: image.size,
            index: Nullable(root.digest == image.digest ? nil : root.digest.description),
            path: path?.string ?? "-",
            parts: copied.parts.map {
                PartDocument($0.descriptor, status: $0.status == .copied ? "downloaded" : $0.status.rawValue)
            },
            module: Nullable(module.map(ModuleDocument.init))
        )
    }
}
