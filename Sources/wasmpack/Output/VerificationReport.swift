import Diagnostics
import OCI
import Packing
import Storage

/// An image that was verified, and its name.
struct VerifiedEntry {
    let name: String
    let verification: Verification
    /// The image that proxies use, if it can be determined.
    let choice: ImageChoice?
    /// Whether it has the expected digest.
    let isExpected: Bool

    /// Verifies an image, or everything in an index.
    ///
    /// The expected digest may be that of the index or of the image in it that proxies use.
    init(
        _ name: String,
        _ root: Descriptor,
        _ expected: Digest?,
        in source: some ContentSource
    ) async throws(Failure) {
        self.name = name
        verification = try await Verification(of: root, in: source)
        // Broken content is already a finding.
        let choice = try? await ImageChoice(of: root, in: source)
        self.choice = choice
        let isMatch = try? await expected?.matches(
            anyOf: [root] + [choice?.image].compactMap(\.self),
            from: source
        )
        isExpected = expected == nil || isMatch == true
    }

    var isClean: Bool { verification.findings.isEmpty && isExpected }
}

/// The findings of `verify` in one or more images.
struct VerificationReport {
    let images: [VerifiedEntry]
    let expected: Digest?
    /// The reference, for an image of a registry.
    let reference: Reference?
    /// The result of `--against`.
    var comparison: Comparison?

    /// The result of a comparison with another image or a module.
    struct Comparison {
        let target: String
        let own: ComparedContent
        let result: ImageComparison

        var rows: [Row] {
            let what = result.isSameImage == nil ? "module" : "image"
            guard !result.isSame else { return [Row("ok", "the same \(what) as \(target)", tone: .good)] }
            var rows = [Row("FAIL", "not the same \(what) as \(target)", tone: .bad)]
            if let image = result.other.image { rows.append(.more("that has \(image)")) }
            switch result.isSameModule {
            case true?: rows.append(.more("the module in both is the same: \(own.module?.description ?? "")"))
            case false?:
                rows.append(.more("module here:  \(own.module?.description ?? "none")"))
                rows.append(.more("module there: \(result.other.module?.description ?? "none")"))
            case nil: rows.append(.more("one of them has no module"))
            }
            return rows
        }
    }

    /// Whether all images are free of findings, and the compared one is the same.
    var isClean: Bool { images.allSatisfy(\.isClean) && comparison?.result.isSame != false }

    var rows: [Row] {
        imageRows + (comparison?.rows ?? [])
    }

    private var imageRows: [Row] {
        images.flatMap { image in
            let verification = image.verification
            var rows = [Row("image", image.name), Row("digest", verification.root.digest.description)]
            if !image.isExpected, let expected {
                rows.append(Row("FAIL", "expected \(expected)", tone: .bad))
                rows.append(.more("found \(verification.root.digest)"))
            }
            for finding in verification.findings {
                rows.append(Row("FAIL", "\(finding.subject): \(finding.failure.message)", tone: .bad))
                if let why = finding.failure.why { rows.append(.more("why: \(why)")) }
            }
            let bytes = verification.verified.reduce(0) { $0 &+ $1.size }
            let diffIDs =
                verification.verifiedDiffIDs == 1 ? "1 diffID" : "\(verification.verifiedDiffIDs) diffIDs"
            let summary =
                "verified \(verification.verified.count) digests and sizes, \(diffIDs) (\(ByteCount(bytes)))"
            return rows + [image.isClean ? Row("ok", summary, tone: .good) : Row("", summary)]
        }
    }

    struct Document: Encodable {
        let schema = "wasmpack.verify/v1"
        let ok: Bool
        let images: [Image]
        /// Of the only image; `null` for several.
        let digest: Nullable<String>
        let reference: Nullable<String>
        let against: Nullable<Against>

        struct Against: Encodable {
            let target: String
            let same: Bool
            let sameImage: Nullable<Bool>
            let sameModule: Nullable<Bool>
            let digest: Nullable<String>
            let moduleDigest: Nullable<String>
        }

        struct Image: Encodable {
            let name: String
            let ok: Bool
            let digest: String
            let expected: Nullable<String>
            let verifiedParts: [PartDocument]
            let verifiedDiffIDs: Int
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
                    ok: image.isClean,
                    digest: image.verification.root.digest.description,
                    expected: Nullable(expected?.description),
                    verifiedParts: image.verification.verified.map { PartDocument($0) },
                    verifiedDiffIDs: image.verification.verifiedDiffIDs,
                    findings: image.verification.findings.map {
                        Document.Finding(
                            subject: $0.subject,
                            code: $0.failure.code.rawValue,
                            message: $0.failure.message.printable,
                            why: Nullable($0.failure.why?.printable)
                        )
                    }
                )
            },
            digest: Nullable(only?.description),
            reference: Nullable(only.flatMap { reference?.pinned(to: $0).description }),
            against: Nullable(
                comparison.map { comparison in
                    Document.Against(
                        target: comparison.target,
                        same: comparison.result.isSame,
                        sameImage: Nullable(comparison.result.isSameImage),
                        sameModule: Nullable(comparison.result.isSameModule),
                        digest: Nullable(comparison.result.other.image?.description),
                        moduleDigest: Nullable(comparison.result.other.module?.description)
                    )
                }
            )
        )
    }

    private var only: Digest? { images.count == 1 ? images.first?.verification.root.digest : nil }
}
