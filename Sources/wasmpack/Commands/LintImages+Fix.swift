import Deployment
import Diagnostics
import HostSystem
import OCI
import SystemPackage
import YAML

extension LintImages {
    /// Writes the pins into the files; all other bytes stay.
    ///
    /// Returns what was written. A file that cannot be written becomes a finding, and the others are written. Throws
    /// ``Failure/Code/interrupted``.
    mutating func fix(_ files: [ManifestFile]) async throws(Failure) -> [Fix] {
        var fixes: [Fix] = []
        let wanted = Dictionary(grouping: pins, by: { $0.image.object.file })
        for file in files {
            let own = Self.fixes(wanted[file.name] ?? [], in: file)
            guard let first = own.first else { continue }
            do throws(Failure) {
                try await Self.write(own.map(\.edit), to: file)
                fixes += own
            } catch {
                guard !Self.endings.contains(error.code), !Task.isCancelled else { throw error }
                findings.append(
                    LintFinding(
                        rule: .fileUnwritable,
                        file: file.name,
                        place: first.place,
                        object: nil,
                        message: error.message + (error.why.map { ": \($0)" } ?? ""),
                        consumerMessage: nil,
                        hints: error.hints
                    )
                )
            }
        }
        return fixes
    }

    /// Returns better advice for an image without a pin than `--fix`, if that cannot write one; `nil` if it can.
    func advice(for finding: LintFinding, _ files: [ManifestFile]) -> [String]? {
        guard finding.rule == .unpinned else { return nil }
        let image = linter.images.first { image in
            image.object.file == finding.file && image.url.place == finding.place
                && image.object.description == finding.object
        }
        guard let image else { return nil }
        let pin = pins.first { pin in
            pin.image.url.place == finding.place && pin.image.object.file == finding.file
        }
        guard let pin else { return [] }
        let file = files.first { $0.name == finding.file }
        let edit = file.flatMap { PinEdit(pinning: image, to: pin.digest, in: $0.bytes) }
        guard edit == nil else { return nil }
        return ["write \(image.url(of: image.reference.pinned(to: pin.digest)))"]
    }

    /// The failures by which someone ends the command.
    private static let endings: Set<Failure.Code> = [.interrupted, .terminated, .hangup]

    /// Returns the pins of a file that can be written; of two in one place, the first.
    private static func fixes(_ pins: [Pin], in file: ManifestFile) -> [Fix] {
        var fixes: [Fix] = []
        for pin in pins {
            let edit =
                pin.atField
                ? pin.image.sha256.flatMap { PinEdit(correcting: $0, to: pin.digest, in: file.bytes) }
                : PinEdit(pinning: pin.image, to: pin.digest, in: file.bytes)
            // The pins are in the order of the file, so only the last one can overlap.
            guard let edit, fixes.last?.edit.overlaps(edit) != true else { continue }
            fixes.append(
                Fix(
                    file: file.name,
                    place: (pin.atField ? pin.image.sha256?.place : nil) ?? pin.image.url.place,
                    object: pin.image.object.description,
                    digest: pin.digest,
                    edit: edit,
                    rules: [pin.rule]
                )
            )
        }
        return fixes
    }

    private static func write(_ edits: [PinEdit], to file: ManifestFile) async throws(Failure) {
        let new = PinEdit.apply(edits, to: file.bytes)
        let target = PrivateFile(at: FilePath(file.name), limit: ManifestSearch.sizeLimit)
        try await target.change { old throws(Failure) in
            guard old == file.bytes else {
                throw Failure(
                    .fileUnwritable,
                    "\(file.name) was changed by another program",
                    why: "it was not changed by --fix",
                    try: ["run the command again"]
                )
            }
            return new
        }
    }
}

extension LintImages.Fix {
    /// Whether it solves a finding.
    func solves(_ finding: LintFinding) -> Bool {
        finding.file == file && finding.place == place && finding.object == object
            && rules.contains(finding.rule)
    }
}
