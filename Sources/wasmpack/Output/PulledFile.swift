import Diagnostics
import HostSystem
import OCI
import Packing
import SystemPackage

/// The module that `pull` writes: a file that appears only after verification, or standard output.
final class PulledFile {
    /// The destination as the user wrote it; `nil` for standard output.
    let path: FilePath?
    private let isForced: Bool
    private let output: OutputFile?
    private let file: TemporaryFile?
    private let folder: TemporaryDirectory?

    /// Opens the destination; throws before anything is fetched if it is not writable.
    init(_ path: FilePath, isForced: Bool) throws(Failure) {
        self.isForced = isForced
        if path == "-" {
            let folder = try TemporaryDirectory()
            self.folder = folder
            self.path = nil
            output = nil
            file = try TemporaryFile(in: folder.path)
        } else {
            folder = nil
            file = nil
            self.path = path
            output = try OutputFile(at: path)
        }
    }

    /// The temporary file that holds the bytes until everything is verified.
    private var unfinishedPath: FilePath { output?.unfinishedPath ?? file?.path ?? "" }

    /// Throws ``Failure/Code/fileExists`` if the file exists and certainly is not the module of an image.
    func failIfItDiffers(from image: Manifest, _ extractor: PluginExtractor) async throws(Failure) {
        guard let output, let target = output.target, !isForced,
            try await extractor.excludes(target, as: image)
        else { return }
        throw Failure(existing: output.path, why: "the image has another module; nothing was downloaded")
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try output?.write(bytes)
        try file?.write(bytes)
    }

    /// Warns if no proxy will load the module.
    func warnIfNotLoadable(_ context: CommandContext) throws(Failure) {
        if let text = try PluginFile.warning(of: unfinishedPath) { context.record(.warning(text)) }
    }

    /// Renames the file by ``OutputFile/commit(replacing:)``, or writes its bytes to standard output.
    func finish(_ context: CommandContext) throws(Failure) {
        guard let output else {
            let written = try ReadableFile(opening: unfinishedPath)
            return try written.forEachPiece { piece throws(Failure) in try Screen.main.print(bytes: piece) }
        }
        switch try output.commit(replacing: isForced) {
        case .written: context.record(.step("wrote", output.path.string))
        case .unchanged: context.record(.step("kept", "\(output.path)  it has the same content"))
        }
    }
}
