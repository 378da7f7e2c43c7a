import TestSupport
import Wasm

extension PluginBytes {
    /// Reads the module.
    func read() throws -> Module { try readModule(bytes) }
}

/// Reads a module from memory.
func readModule(_ bytes: [UInt8]) throws -> Module {
    try readModule(size: bytes.count) { offset, count in Array(bytes.dropFirst(offset).prefix(count)) }
}

/// Reads a module with a given size.
func readModule(size: Int, reading read: ByteFetch) throws -> Module {
    try Module(ModuleOutline(size: size, reading: read), reading: read)
}

/// Returns why the sections of some bytes cannot be read; `nil` if they can.
func outlineProblem(of bytes: [UInt8], size: Int? = nil) -> ModuleOutline.Problem? {
    do {
        _ = try ModuleOutline(size: size ?? bytes.count) { offset, count in
            Array(bytes.dropFirst(offset).prefix(count))
        }
        return nil
    } catch {
        guard case .problem(let problem) = error else { return nil }
        return problem
    }
}
