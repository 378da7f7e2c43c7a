package import Diagnostics
package import Wasm

/// A module, and what Envoy's own parser makes of its bytes.
package struct EnvoyReading: Sendable {
    /// What its sections say.
    ///
    /// Exports, or a custom section, that Envoy cannot walk through are left out.
    package let module: Module
    /// What Envoy refuses, in the order of the file.
    let corruptions: [Corruption]

    init(_ module: Module, corruptions: [Corruption]) {
        self.module = module
        self.corruptions = corruptions
    }

    /// Reads a module; of its bytes no more than 64 KiB are held at a time, and code and data are not looked into.
    ///
    /// - Parameters:
    ///   - name: what the module is called in messages.
    ///   - size: the size of the whole, in bytes.
    ///   - read: gives up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: ``Failure/Code/moduleTooLarge``, ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent`` or
    ///   ``Failure/Code/wasmMalformed`` for what has no sections to read, and whatever `read` throws.
    package init(
        of name: String,
        size: Int,
        reading read: ByteFetch
    ) throws(Failure) {
        let outline = try ModuleOutline(of: name, size: size, reading: read)
        let refused: Set<Int>
        (corruptions, refused) = try withoutActuallyEscaping(read) {
            (read) throws(Failure) -> ([Corruption], Set<Int>) in
            var parser = EnvoyParser(ByteReader(read))
            try parser.look(through: outline)
            return (parser.corruptions, parser.refusedSections)
        }
        module = try Module(outline, skipping: refused, reading: read)
    }
}
