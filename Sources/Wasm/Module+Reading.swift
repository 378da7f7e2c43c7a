package import Diagnostics

extension Module {
    /// Reads a module; of its bytes no more than 64 KiB are held at a time, and code and data are not looked into.
    ///
    /// What an engine would refuse, though the rest can be read, is in ``problems``.
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
        reading read: (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        let outline = try ModuleOutline(of: name, size: size, reading: read)
        self = try withoutActuallyEscaping(read) { (read) throws(Failure) -> Module in
            var reader = ModuleReader(outline, ByteReader(read))
            try reader.read()
            return reader.module
        }
    }
}
