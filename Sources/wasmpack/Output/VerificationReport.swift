import Diagnostics
import OCI
import Storage

/// An image that was verified, and what it is called.
struct VerifiedImage {
    let name: String
    let verification: Verification
}

/// What `verify` found in one or more images.
struct VerificationReport {
    let images: [VerifiedImage]
    let expected: Digest?

    /// Whether nothing is wrong anywhere.
    var isClean: Bool { images.allSatisfy { $0.verification.findings.isEmpty && isExpected($0) } }

    private func isExpected(_ image: VerifiedImage) -> Bool {
        expected.map { $0 == image.verification.root.digest } ?? true
    }

    var text: String {
        images.map { image in
            let verification = image.verification
            let isClean = verification.findings.isEmpty && isExpected(image)
            var lines = ["\(isClean ? "ok" : "FAIL")    \(image.name)  \(verification.root.digest)"]
            if !isExpected(image), let expected {
                lines.append("        the manifest has another digest than expected: \(expected)")
            }
            for finding in verification.findings {
                lines.append("        \(finding.subject): \(finding.failure.message)")
                if let why = finding.failure.why { lines.append("          why: \(why)") }
            }
            let proven = verification.proven
            let bytes = proven.reduce(0) { $0 &+ $1.size }
            let diffIDs =
                verification.provenDiffIDs == 1 ? "1 diffID" : "\(verification.provenDiffIDs) diffIDs"
            lines.append("        right: \(proven.count) digests and sizes (\(ByteCount(bytes))), \(diffIDs)")
            return lines.map { $0.printable + "\n" }.joined()
        }.joined()
    }

    struct Document: Encodable {
        let schema = "wasmpack.verify/v1"
        let ok: Bool
        let images: [Image]

        struct Image: Encodable {
            let name: String
            let ok: Bool
            let digest: String
            let expected: Nullable<String>
            let proven: [PartDocument]
            let provenDiffIDs: Int
            let findings: [Finding]
        }

        struct Finding: Encodable {
            let subject: String
            let code: String
            let message: String
            let why: Nullable<String>
        }
    }

    var document: Document {
        Document(
            ok: isClean,
            images: images.map { image in
                Document.Image(
                    name: image.name,
                    ok: image.verification.findings.isEmpty && isExpected(image),
                    digest: image.verification.root.digest.description,
                    expected: Nullable(expected?.description),
                    proven: image.verification.proven.map { PartDocument($0) },
                    provenDiffIDs: image.verification.provenDiffIDs,
                    findings: image.verification.findings.map {
                        Document.Finding(
                            subject: $0.subject,
                            code: $0.failure.code.rawValue,
                            message: $0.failure.message.printable,
                            why: Nullable($0.failure.why?.printable)
                        )
                    }
                )
            }
        )
    }
}
