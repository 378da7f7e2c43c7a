import Diagnostics
import OCI
import Registry
import Storage

/// The result of a push, or of its dry run.
struct PushReport {
    let copy: CopyReport
    private let target: Reference
    private let changes: [TagChange]
    private let isVerified: Bool
    private let isDryRun: Bool
    /// Whether missing blobs may be mounted from another repository instead of being sent.
    private let mayMount: Bool

    /// Describes a push: what was copied, and how the tags after the first changed.
    init(_ plan: PushPlan, _ copy: CopyReport, _ furtherChanges: [TagChange], isVerified: Bool) {
        self.copy = copy
        target = plan.target
        changes = (target.tag.map { [TagChange($0, previous: copy.previous)] } ?? []) + furtherChanges
        self.isVerified = isVerified
        isDryRun = false
        mayMount = false
    }

    /// Describes a dry run: what would be copied, and what the tags after the first point to now.
    init(_ plan: PushPlan, dryRun copy: CopyReport, _ furtherTags: [Descriptor?]) {
        self.copy = copy
        target = plan.target
        changes =
            (target.tag.map { [TagChange($0, previous: copy.previous)] } ?? [])
            + zip(plan.furtherTags, furtherTags).map { TagChange($0, previous: $1) }
        isVerified = false
        isDryRun = true
        mayMount = plan.mountSource != nil
    }

    /// The image's reference with its digest.
    var pinned: Reference { target.pinned(to: copy.root.digest) }

    /// Reports the result on standard error.
    func record(_ reporter: Reporter) {
        guard !isDryRun else { return recordDryRun(reporter) }
        let name = target.tag?.description ?? copy.root.digest.short
        if copy.previous?.digest == copy.root.digest, copy.parts.allSatisfy({ $0.status == .exists }) {
            let isUnchanged = changes.allSatisfy { $0.previous?.digest == copy.root.digest }
            reporter.record(.note("\(name) is already up to date" + (isUnchanged ? ", nothing sent" : "")))
        } else {
            let change = copy.root.replacing(copy.previous)
            let counts = [
                change, "\(amount) sent",
                count(.mounted) == 0 ? nil : "\(count(.mounted)) mounted",
                reused == 0 ? nil : "\(reused) reused",
            ]
            let shown = target.tag == nil ? counts.dropFirst() : counts[...]
            reporter.record(.step("pushed", "\(target)  " + shown.compactMap(\.self).joined(separator: ", ")))
        }
        reporter.record(changes.filter { $0.tag != target.tag }, to: copy.root)
        reporter.noteMoves(in: changes, to: copy.root)
    }

    /// Reports that everything was read back and verified.
    func recordVerification(_ reporter: Reporter) {
        let tags = changes.map { ", by \($0.tag)" }.joined()
        reporter.record(
            .step("verified", "manifest by digest\(tags), and \(copy.parts.count) blobs")
        )
    }

    /// Reads back the pushed image; a failure says that the push itself is complete.
    func verify(_ manifest: Blob, in repository: RemoteRepository, under tags: [Tag]) async throws(Failure) {
        do throws(Failure) {
            try await repository.verify(manifest, under: tags)
        } catch {
            throw unverified(error)
        }
    }

    /// Returns the failure of a push that is complete but failed verification.
    private func unverified(_ failure: Failure) -> Failure {
        let tags = changes.map(\.tag.description)
        let set =
            tags.isEmpty
            ? "\(copy.root.digest.short) is pushed"
            : tags.joined(separator: ", ") + (tags.count == 1 ? " is set" : " are set")
        let isOther = [.digestMismatch, .notFound, .manifestInvalid, .protocolViolation].contains(
            failure.code
        )
        return failure.with(
            message: "\(set), but "
                + (isOther
                    ? "the stored image differs from the one that was sent" : "it could not be read back"),
            why: [failure.message, failure.why].compactMap(\.self).joined(separator: "; ")
        )
    }

    private func recordDryRun(_ reporter: Reporter) {
        for part in copy.parts {
            let digest = part.descriptor.digest.description.prefix(19)
            let text = "\(digest)  \(ByteCount(part.descriptor.size))  would be "
            let outcome = part.status == .copied ? mayMount ? "sent or mounted" : "sent" : "reused"
            reporter.record(.step(part.descriptor.role, text + outcome))
        }
        for change in changes {
            reporter.record(.step("tag", "\(change.tag)  would be set (\(change.before(copy.root)))"))
        }
        reporter.record(
            .note(
                "nothing was sent, and no tag was set: \(amount) would be sent\(mayMount ? " or mounted" : ""), \(reused) reused"
            )
        )
    }

    private var sent: [Descriptor] { copy.parts.filter { $0.status == .copied }.map(\.descriptor) }
    private var amount: ByteCount { ByteCount(sent.reduce(0) { $0 &+ $1.size }) }
    private var reused: Int { count(.exists) }

    private func count(_ status: CopyReport.Status) -> Int { copy.parts.filter { $0.status == status }.count }

    struct Document: Encodable {
        let schema = "wasmpack.push/v1"
        let ok = true
        let reference: String
        let registry: String
        let repository: String
        let tags: [String]
        let previousDigest: Nullable<String>
        let previousDigests: [String: Nullable<String>]
        let digest: String
        let mediaType: String
        let size: Int
        let parts: [PartDocument]
        let dryRun: Bool
        let verified: Bool
        let auth: Nullable<Auth>

        struct Auth: Encodable {
            let source: String
            let username: Nullable<String>
        }
    }

    func document(_ credential: Credential?) -> Document {
        Document(
            reference: pinned.description,
            registry: target.registry.description,
            repository: target.repository.description,
            tags: changes.map(\.tag.description),
            previousDigest: Nullable(copy.previous?.digest.description),
            previousDigests: changes.previousDigests,
            digest: copy.root.digest.description,
            mediaType: copy.root.mediaType.description,
            size: copy.root.size,
            parts: copy.parts.map {
                let sent = isDryRun ? "missing" : "uploaded"
                return PartDocument($0.descriptor, status: $0.status == .copied ? sent : $0.status.rawValue)
            },
            dryRun: isDryRun,
            verified: isVerified,
            auth: Nullable(
                credential.map { Document.Auth(source: $0.source, username: Nullable($0.username)) }
            )
        )
    }
}
