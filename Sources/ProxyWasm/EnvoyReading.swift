package import Diagnostics
package import Wasm

/// A module, and the errors of Envoy's own parser.
package struct EnvoyReading: Sendable {
    /// The module as its sections describe it.
    ///
    /// Exports and custom sections that Envoy cannot parse are omitted.
    package let module: Module
    /// The errors that make Envoy reject the module, in the order of the file.
    let corruptions: [Corruption]

    init(_ module: Module, corruptions: [Corruption]) {
        self.module = module
        self.corruptions = corruptions
    }

    /// Reads and validates a module, and holds at most one function body or 256 KiB of it; data is not read.
    ///
    /// - Parameters:
    ///   - name: the name of the module in messages.
    ///   - size: the size of the module, in bytes.
    ///   - read: returns up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: ``Failure/Code/moduleTooLarge``, ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent`` or
    ///   ``Failure/Code/wasmMalformed`` if the sections cannot be read, and what `read` throws.
    package init(
        of name: String,
        size: Int,
        reading read: ByteFetch
    ) throws(Failure) {
        let outline = try ModuleOutline(of: name, size: size, reading: read)
        let rejected: Set<Int>
        (corruptions, rejected) = try ByteReader.with(read) {
            (bytes) throws(Failure) -> ([Corruption], Set<Int>) in
            var parser = EnvoyParser(bytes)
            try parser.parse(outline)
            return (parser.corruptions, parser.rejectedSections)
        }
        module = try Module(outline, skipping: rejected, reading: read)
    }
}
