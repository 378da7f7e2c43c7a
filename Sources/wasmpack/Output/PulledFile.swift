import Diagnostics
import HostSystem
import SystemPackage
import Wasm

/// The module that `pull` writes: a file that appears whole, or standard output after everything is proven.
final class PulledFile {
    /// The file's final name; `nil` for standard output.
    let target: FilePath?
    private let isForced: Bool
    private let file: TemporaryFile
    private let folder: TemporaryDirectory?

    /// Prepares to write; throws before anything is fetched when the place cannot be written to.
    init(_ name: String, isForced: Bool) throws(Failure) {
        self.isForced = isForced
        if name == "-" {
            let folder = try TemporaryDirectory()
            self.folder = folder
            target = nil
            file = try TemporaryFile(in: folder.path)
        } else {
            let path = FilePath(name)
            if Directory.exists(path) {
                throw Failure(
                    .fileUnwritable,
                    "\(path) is a folder",
                    why: "the module is written to a file",
                    try: ["-o \(path.appending("plugin.wasm"))"]
                )
            }
            folder = nil
            target = path
            file = try TemporaryFile(in: path.directory)
        }
    }

    func write(_ bytes: UnsafeRawBufferPointer) throws(Failure) { try file.write(bytes) }

    /// Says so when no proxy will load what came.
    func warnIfNotLoadable(_ reporter: Reporter) throws(Failure) {
        let written = try ReadableFile(opening: file.path)
        do throws(Failure) {
            _ = try ModuleOutline(of: "the module", size: written.size) { (offset, count) throws(Failure) in
                try written.read(at: offset, count: count)
            }
        } catch {
            reporter.record(.warning(error.message + (error.why.map { ": \($0)" } ?? "")))
        }
    }

    /// Gives the file its name, or hands its bytes on.
    ///
    /// An identical file is left alone; another one is replaced when that was asked for, and otherwise
    /// ``Failure/Code/fileExists`` is thrown.
    func finish(_ reporter: Reporter) throws(Failure) {
        guard let target else {
            let written = try ReadableFile(opening: file.path)
            return try written.forEachPiece { piece throws(Failure) in try Terminal.standardOutput(piece) }
        }
        if Directory.type(of: target) != nil {
            if try isSame(as: target) {
                return reporter.record(.step("kept", "\(target), which has the same content"))
            }
            guard isForced else {
                throw Failure(
                    .fileExists,
                    "\(target) exists and has other content",
                    why: "nothing was written",
                    try: ["--force to replace it, or -o another-name.wasm"]
                )
            }
        }
        try file.move(to: target)
        reporter.record(.step("wrote", target.string))
    }

    private func isSame(as other: FilePath) throws(Failure) -> Bool {
        guard Directory.type(of: other) == .regular else { return false }
        let new = try ReadableFile(opening: file.path)
        let old = try ReadableFile(opening: other)
        guard new.size == old.size else { return false }
        var offset = 0
        while offset < new.size {
            let piece = try new.read(at: offset, count: 128 * 1024)
            guard !piece.isEmpty, try piece == old.read(at: offset, count: piece.count) else { return false }
            offset += piece.count
        }
        return true
    }
}
