import ArgumentParser
import Diagnostics
import HostSystem
import OCI
import SystemPackage

/// The file to which the digest of the result is written, for the next step of a pipeline.
struct DigestFileOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("Also write the manifest's digest to this file", valueName: "file"),
        completion: .file()
    )
    var digestFile: String?

    /// Opens the file before any work is done; returns `nil` without `--digest-file`.
    ///
    /// Throws if the file cannot be written, or if the command already uses it.
    func open(apartFrom others: [FilePath]) throws(Failure) -> OutputFile? {
        guard let digestFile else { return nil }
        let path = FilePath(digestFile)
        guard !others.contains(where: { $0.lexicallyNormalized() == path.lexicallyNormalized() }) else {
            throw Failure(
                .usage,
                "\(path) cannot be the digest file: the command already uses it",
                try: ["use --digest-file digest.txt"]
            )
        }
        return try OutputFile(at: path)
    }
}

extension OutputFile {
    /// Writes a digest without a newline: programs take the whole file, as with skopeo, buildah and kaniko.
    func finish(with digest: Digest) throws(Failure) {
        try Array(digest.description.utf8).withUnsafeBytesTyped { bytes throws(Failure) in try write(bytes) }
        try commit()
    }
}
