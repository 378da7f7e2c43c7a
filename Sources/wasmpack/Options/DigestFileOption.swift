import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// Where the digest of the result is written, for the next step of a pipeline.
struct DigestFileOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("Also write the manifest's digest to this file.", valueName: "file"),
        completion: .file()
    )
    var digestFile: String?

    /// Writes the digest, in one step and with a line end.
    func write(_ digest: Digest) throws(Failure) {
        guard let digestFile else { return }
        try TemporaryFile.write(Array("\(digest)\n".utf8), to: FilePath(digestFile))
    }
}
