import Deployment
import Diagnostics
import HostSystem
import OCI
import SystemPackage
import YAML

extension LintImages {
    /// Writes the pins into the files; all other bytes stay.
    ///
    /// Returns what was written.
    mutating func fix(_ files: [ManifestFile]) async throws(Failure) -> [Fix] {
        var fixes: [Fix] = []
        for file in files {
            let wanted = pins.filter { $0.image.object.file == file.name }
            let own = wanted.compactMap { pin -> Fix? in
                let edit =
                    pin.atField
                    ? pin.image.sha256.flatMap { PinEdit(correcting: $0, to: pin.digest, in: file.bytes) }
                    : PinEdit(pinning: pin.image, to: pin.digest, in: file.bytes)
                let place = pin.atField ? pin.image.sha256?.place : pin.image.url.place
                return edit.map {
                    Fix(
                        file: file.name,
                        line: place?.line ?? 1,
                        digest: pin.digest,
                        edit: $0,
                        rules: [pin.rule]
                    )
                }
            }
            guard !own.isEmpty else { continue }
            let new = PinEdit.apply(own.map(\.edit), to: file.bytes)
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
            fixes += own
        }
        return fixes
    }
}

extension LintImages.Fix {
    /// Whether it solves a finding.
    func solves(_ finding: LintFinding) -> Bool {
        finding.file == file && finding.place.line == line && rules.contains(finding.rule)
    }
}
