package import Diagnostics

extension Module {
    /// Reads the sections of a module; of its bytes no more than 64 KiB are held at a time, and code and data are not looked
    /// into.
    ///
    /// What an engine would refuse, though the rest can be read, is in ``problems``.
    ///
    /// - Parameters:
    ///   - outline: where its sections lie.
    ///   - skipped: the offsets of sections that are not looked into: for what somebody else refuses in them.
    ///   - read: gives up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: whatever `read` throws.
    package init(
        _ outline: ModuleOutline,
        skipping skipped: Set<Int> = [],
        reading read: ByteFetch
    ) throws(Failure) {
        self = try withoutActuallyEscaping(read) { (read) throws(Failure) -> Module in
            var reader = ModuleReader(outline, ByteReader(read), skipping: skipped)
            try reader.read()
            return reader.module
        }
    }
}
