import Deployment
import OCI

/// The JSON document of `generate`.
struct GenerateReport: Encodable {
    private let schema = "wasmpack.generate/v1"
    private let ok = true
    private let kind: String
    private let reference: String
    private let digest: Nullable<String>
    private let documents: [JSONValue]
    private let files: [String]
    private let warnings: [String]
    private let notes: [String]

    init(
        _ kind: DocumentKind,
        _ reference: String,
        _ digest: Digest?,
        _ documents: [JSONValue],
        files: [String] = [],
        warnings: [String] = [],
        notes: [String] = []
    ) {
        self.kind = kind.rawValue
        self.reference = reference
        self.digest = Nullable(digest?.description)
        self.documents = documents
        self.files = files
        self.warnings = warnings
        self.notes = notes
    }
}
