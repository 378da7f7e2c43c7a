import Diagnostics

/// The preamble of a module: magic number and version (WebAssembly, "Binary Format", Modules).
package enum Preamble {
    /// The first bytes of every module and component.
    package static let magic: [UInt8] = MagicNumber.wasm
    /// The size of the magic number and the version, in bytes.
    package static let size = 8
    /// The number of bytes that are read to detect the kind of a file.
    package static let excerptSize = 64

    private static let module: [UInt8] = [0x01, 0x00, 0x00, 0x00]

    /// Returns why a file with this start is not a core module; `nil` if it may be one.
    static func problem(with start: [UInt8]) -> ModuleOutline.Problem? {
        guard start.starts(with: magic) else { return .notWasm(start: start) }
        let version = Array(start.dropFirst(magic.count).prefix(module.count))
        guard version.count == module.count else { return .cutPreamble(size: start.count) }
        if version == module { return nil }
        // The component model splits the version into version (16 bits) and layer (16 bits); layer 1 is a component.
        return version[2...] == [1, 0] ? .component(version: version) : .unknownVersion(version)
    }
}
