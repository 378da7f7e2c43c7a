import Diagnostics

/// The first bytes of a module (WebAssembly, "Binary Format", Modules).
package enum Preamble {
    /// What every module and every component begins with.
    package static let magic: [UInt8] = MagicNumber.wasm
    /// Magic number and version, in bytes.
    package static let size = 8
    /// How much of a file is looked at to tell what it is, in bytes.
    package static let excerptSize = 64

    private static let module: [UInt8] = [0x01, 0x00, 0x00, 0x00]

    /// Why a file that starts like this is no core module; `nil` for one that may be.
    static func problem(with start: [UInt8]) -> ModuleOutline.Problem? {
        guard start.starts(with: magic) else { return .notWasm(start: start) }
        let version = Array(start.dropFirst(magic.count).prefix(module.count))
        guard version.count == module.count else { return .cutPreamble(size: start.count) }
        if version == module { return nil }
        // The component model splits the version into version (16 bits) and layer (16 bits); layer 1 is a component.
        return version[2...] == [1, 0] ? .component(version: version) : .unknownVersion(version)
    }
}
