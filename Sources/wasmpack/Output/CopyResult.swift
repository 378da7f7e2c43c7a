import Diagnostics
import OCI
import Packing
import Storage

/// The result of a copy, as text and as a JSON document.
struct CopyResult {
    /// The source, as the user wrote it.
    let from: String
    let to: CopyDestination
    /// The full name of the copied image, if it has one.
    let reference: Reference?
    let report: CopyReport
    /// The original image and the wanted format, if one was given, even if the image already had it.
    var origin: (digest: Digest, format: ImageFormat)?

    private var digest: Digest { report.root.digest }

    /// Whether the destination is an archive that already had the image; a new archive gets every part.
    var isUnchangedArchive: Bool {
        guard case .archive = to else { return false }
        return !report.parts.isEmpty && report.parts.allSatisfy { $0.status == .exists }
    }

    /// One line: what changed, and how much was copied.
    var summary: String {
        func count(_ status: CopyReport.Status) -> Int { report.parts.filter { $0.status == status }.count }
        let size = report.parts.reduce(0) { $1.status == .copied ? $0 &+ $1.descriptor.size : $0 }
        let isTagged = to.reference?.tag != nil
        let parts = [
            isTagged ? report.root.replacing(report.previous) : nil, "\(ByteCount(size)) copied",
            count(.mounted) == 0 ? nil : "\(count(.mounted)) mounted",
            count(.exists) == 0 ? nil : "\(count(.exists)) reused",
        ]
        return "\(to)  " + parts.compactMap(\.self).joined(separator: ", ")
    }

    /// Prints the result: one line, or one document.
    func print(asJSON: Bool) throws(Failure) {
        let pinned = reference?.pinned(to: digest)
        guard asJSON else {
            return try Screen.main.print("\(pinned?.description ?? digest.description)\n")
        }
        struct Document: Encodable {
            let schema = "wasmpack.copy/v1"
            let ok = true
            let from: String
            let to: String
            let reference: Nullable<String>
            let previousDigest: Nullable<String>
            let sourceDigest: String
            let format: Nullable<String>
            let digest: String
            let mediaType: String
            let size: Int
            let parts: [PartDocument]
        }
        try JSONReport.print(
            Document(
                from: from,
                to: to.description,
                reference: Nullable(pinned?.description),
                previousDigest: Nullable(report.previous?.digest.description),
                sourceDigest: (origin?.digest ?? digest).description,
                format: Nullable(origin?.format.rawValue),
                digest: digest.description,
                mediaType: report.root.mediaType.description,
                size: report.root.size,
                parts: report.parts.map { PartDocument($0.descriptor, status: $0.status.rawValue) }
            )
        )
    }
}
