import Diagnostics
import OCI
import ProxyWasm
import Wasm

/// What is kept of a module while its bytes pass: the digest, the size and how it begins.
struct ModuleExcerpt: ~Copyable {
    private(set) var start: [UInt8] = []
    private var hasher = DigestHasher()

    /// How many bytes are kept: enough to tell what else a file could be.
    private static let size = 64

    mutating func take(_ piece: UnsafeRawBufferPointer) {
        start += piece.prefix(Self.size - start.count)
        hasher.update(piece)
    }

    var identity: ModuleIdentity { ModuleIdentity(digest: hasher.digest(), size: hasher.byteCount) }

    /// Throws ``Failure/Code/moduleTooLarge``, ``Failure/Code/notWasm`` or ``Failure/Code/wasmMalformed`` for what does not
    /// begin with the eight bytes of a module or component; what is no core module of version 1 is a warning.
    func check(_ name: String, _ warnings: inout [String]) throws(Failure) {
        guard hasher.byteCount <= ModuleOutline.sizeLimit else {
            throw Failure(.moduleTooLarge, "\(name) has \(hasher.byteCount) bytes, more than proxies load")
        }
        do throws(Failure) {
            // Only the preamble: the sections are for whoever looks at the module itself.
            _ = try ModuleOutline(of: name, size: min(hasher.byteCount, 8)) { _, _ in start }
        } catch {
            guard start.count >= 8, error.code != .notWasm else { throw error }
            warnings.append(error.message + (error.why.map { ": \($0)" } ?? ""))
        }
    }
}
