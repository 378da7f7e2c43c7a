/// The bytes with which files of some kinds begin.
package enum MagicNumber {
    /// A WebAssembly module or component (WebAssembly, "Binary Format", Modules).
    package static let wasm: [UInt8] = [0x00, 0x61, 0x73, 0x6D]
    /// A gzip member (RFC 1952, 2.3.1).
    package static let gzip: [UInt8] = [0x1F, 0x8B]
    /// A zstd frame (RFC 8878, 3.1.1).
    package static let zstd: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    /// An xz stream (The .xz File Format, 2.1.1.1).
    package static let xz: [UInt8] = [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]
    /// A bzip2 stream.
    package static let bzip2: [UInt8] = [0x42, 0x5A, 0x68]
    /// A program or library of this machine (ELF, "File Identification").
    package static let elf: [UInt8] = [0x7F, 0x45, 0x4C, 0x46]
}
