package import Diagnostics

extension Module {
    /// Reads and validates a module, and holds at most one function body or 256 KiB of its bytes at a time.
    ///
    /// ``problems`` has the faults for which an engine would reject the module.
    ///
    /// - Parameters:
    ///   - outline: the positions of its sections.
    ///   - skipped: the offsets of sections that are not read, because another check rejects them.
    ///   - read: returns up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: errors of `read`.
    package init(
        _ outline: ModuleOutline,
        skipping skipped: Set<Int> = [],
        reading read: ByteFetch
    ) throws(Failure) {
        self = try ByteReader.with(read) { (bytes) throws(Failure) -> Module in
            var reader = ModuleReader(outline, bytes, skipping: skipped)
            try reader.read()
            return reader.module
        }
    }
}
