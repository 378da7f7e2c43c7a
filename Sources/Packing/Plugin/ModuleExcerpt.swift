import Diagnostics
import OCI
import ProxyWasm
import Wasm

/// The digest, size and first bytes of a module, collected while it is streamed.
struct ModuleExcerpt: ~Copyable {
    private(set) var start: [UInt8] = []
    private var hasher = DigestHasher()

    /// The number of first bytes to keep, which is enough to recognize other file types.
    static let size = 64

    mutating func append(_ piece: UnsafeRawBufferPointer) {
        start += piece.prefix(Self.size - start.count)
        hasher.update(piece)
    }

    var identity: ModuleIdentity { ModuleIdentity(digest: hasher.digest(), size: hasher.byteCount) }

    /// Checks the size and the preamble; a preamble other than that of a core module of version 1 is a warning.
    ///
    /// Throws ``Failure/Code/moduleTooLarge``, or ``Failure/Code/notWasm`` or ``Failure/Code/wasmMalformed`` for bytes that do
    /// not begin with the preamble of a module or component.
    func check(_ name: String, _ warnings: inout [String]) throws(Failure) {
        guard hasher.byteCount <= ModuleOutline.sizeLimit else {
            throw Failure(.moduleTooLarge, "\(name) has \(hasher.byteCount) bytes, more than proxies accept")
        }
        do throws(Failure) {
            // Checks only the preamble; ModuleInspection checks the sections.
            _ = try ModuleOutline(of: name, size: min(hasher.byteCount, 8)) { _, _ in start }
        } catch {
            guard start.count >= 8, error.code != .notWasm else { throw error }
            warnings.append(error.message + (error.why.map { ": \($0)" } ?? ""))
        }
    }
}
