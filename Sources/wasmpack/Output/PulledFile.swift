import Diagnostics
import HostSystem
import Packing
import SystemPackage
import Wasm

/// The module that `pull` writes: a file that appears whole, or standard output after everything is proven.
final class PulledFile {
    /// Where the module goes, as it was named; `nil` for standard output.
    let path: FilePath?
    private let isForced: Bool
    private let output: OutputFile?
    private let file: TemporaryFile?
    private let folder: TemporaryDirectory?

    /// Prepares to write; throws before anything is fetched when the place cannot be written to.
    init(_ name: String, isForced: Bool) throws(Failure) {
        self.isForced = isForced
        if name == "-" {
            let folder = try TemporaryDirectory()
            self.folder = folder
            path = nil
            output = nil
            file = try TemporaryFile(in: folder.path)
        } else {
            folder = nil
            file = nil
            path = FilePath(name)
            output = try OutputFile(at: FilePath(name))
        }
    }

    /// Where the bytes are until everything is proven.
    private var unfinishedPath: FilePath { output?.unfinishedPath ?? file?.path ?? "" }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) {
        try output?.write(bytes)
        try file?.write(bytes)
    }

    /// Says so when no proxy will load what came.
    func warnIfNotLoadable(_ context: CommandContext) throws(Failure) {
        let written = try ReadableFile(opening: unfinishedPath)
        do throws(Failure) {
            _ = try ModuleOutline(of: "the module", in: written)
        } catch {
            context.record(.warning(error.message + (error.why.map { ": \($0)" } ?? "")))
        }
    }

    /// Gives the file its name, or hands its bytes on.
    ///
    /// An identical file is left alone; another one is replaced when that was asked for, and otherwise
    /// ``Failure/Code/fileExists`` is thrown.
    func finish(_ context: CommandContext) throws(Failure) {
        guard let output else {
            let written = try ReadableFile(opening: unfinishedPath)
            return try written.forEachPiece { piece throws(Failure) in try Terminal.standardOutput(piece) }
        }
        if let target = output.target, Directory.type(of: target) != nil {
            if try isSame(as: target) {
                return context.record(.step("kept", "\(output.path), which has the same content"))
            }
            guard isForced else {
                throw Failure(
                    .fileExists,
                    "\(output.path) exists and has other content",
                    why: "nothing was written",
                    try: ["--force to replace it, or -o another-name.wasm"]
                )
            }
        }
        try output.commit()
        context.record(.step("wrote", output.path.string))
    }

    private func isSame(as other: FilePath) throws(Failure) -> Bool {
        guard Directory.type(of: other) == .regular else { return false }
        let new = try ReadableFile(opening: unfinishedPath)
        let old = try ReadableFile(opening: other)
        guard new.size == old.size else { return false }
        var offset = 0
        while offset < new.size {
            try failIfInterrupted()
            let piece = try new.read(at: offset, count: 128 * 1024)
            guard !piece.isEmpty, try piece == old.read(at: offset, count: piece.count) else { return false }
            offset += piece.count
        }
        return true
    }
}
