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

    /// Prepares to write, before any work is done; `nil` when nobody wants the file.
    ///
    /// Throws when it cannot be written, and for a file that has another part in the command.
    func open(apartFrom others: [FilePath]) throws(Failure) -> OutputFile? {
        guard let digestFile else { return nil }
        let path = FilePath(digestFile)
        guard !others.contains(where: { $0.lexicallyNormalized() == path.lexicallyNormalized() }) else {
            throw Failure(
                .usage,
                "\(path) cannot be the module and the digest's file",
                try: ["--digest-file digest.txt"]
            )
        }
        return try OutputFile(at: path)
    }
}

extension OutputFile {
    /// Writes a digest, with a line end.
    func finish(with digest: Digest) throws(Failure) {
        try Array("\(digest)\n".utf8).withUnsafeBytesTyped { bytes throws(Failure) in try write(bytes) }
        try commit()
    }
}
