package import Diagnostics

/// A core WebAssembly module seen from outside: its preamble and where its sections lie.
///
/// The structure is the binary format's (WebAssembly 2.0, "Binary Format", Modules): eight bytes of preamble, then
/// sections of one id byte and a length each, to the end of the file. Nothing within a section is looked at.
package struct ModuleOutline: Hashable, Sendable {
    /// The largest module that consumers load, in bytes: 256 MiB less the 1536 bytes that its tar adds.
    ///
    /// Istio and Envoy Gateway stop reading a layer's tar at 256 MiB.
    package static let sizeLimit = 268_433_920

    /// One section of a module.
    package struct Section: Hashable, Sendable {
        /// What it holds: 0 for a custom section, 1 to 13 for the known ones.
        package let id: UInt8
        /// Where its content begins, in bytes from the start of the module.
        package let offset: Int
        /// The size of its content, in bytes.
        package let size: Int
    }

    /// The size of the whole module, in bytes.
    package let size: Int
    /// The sections in the order in which they stand there.
    package let sections: [Section]

    /// Reads the outline of a module; of a large one only some bytes per section are read.
    ///
    /// - Parameters:
    ///   - name: what the module is called in messages.
    ///   - size: the size of the whole, in bytes.
    ///   - read: gives up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: ``Failure/Code/moduleTooLarge``, ``Failure/Code/notWasm``, ``Failure/Code/wasmComponent`` or
    ///   ``Failure/Code/wasmMalformed``, and whatever `read` throws.
    package init(
        of name: String,
        size: Int,
        reading read: (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        guard size <= Self.sizeLimit else {
            throw Failure(
                .moduleTooLarge,
                "\(name) is too large: \(size) bytes",
                why: "proxies read at most 256 MiB, which leaves \(Self.sizeLimit) bytes for the module",
                try: [
                    "build it optimised and without debug information, for example wasm-opt -Oz --strip-debug"
                ]
            )
        }
        try Preamble.check(read(0, Preamble.excerptSize), of: name)
        var sections: [Section] = []
        var offset = Preamble.size
        while offset < size {
            guard sections.count < Self.sectionCountLimit else {
                throw Self.malformed(name, "it has more than \(Self.sectionCountLimit) sections")
            }
            let head = try read(offset, Self.sectionHeadSize)
            guard let id = head.first, let length = LEB128.unsigned(head.dropFirst()) else {
                throw Self.malformed(name, "the length of the section at byte \(offset) cannot be read")
            }
            let start = offset + 1 + length.byteCount
            guard id <= Self.lastKnownSection else {
                throw Self.malformed(
                    name,
                    "there is no section \(id); it stands at byte \(offset)",
                    cause: UnknownSection(id: id)
                )
            }
            guard length.value <= size - start else {
                throw Self.malformed(
                    name,
                    "the section at byte \(offset) says that it has \(length.value) bytes, but \(size - start) follow",
                    isCut: true
                )
            }
            sections.append(Section(id: id, offset: start, size: length.value))
            offset = start + length.value
        }
        self.size = size
        self.sections = sections
    }

    /// Far more than any compiler writes; without a limit, a module of empty sections would fill the memory.
    static let sectionCountLimit = 100_000
    /// The id and a length of up to five bytes.
    private static let sectionHeadSize = 6
    /// Custom, type, import, function, table, memory, global, export, start, element, code, data, data count, tag.
    private static let lastKnownSection: UInt8 = 13

    /// The cause of a failure over a section that no specification knows; an engine may walk on behind it.
    package struct UnknownSection: Error {
        /// What it says that it is.
        package let id: UInt8
    }

    private static func malformed(
        _ name: String,
        _ why: String,
        isCut: Bool = false,
        cause: UnknownSection? = nil
    ) -> Failure {
        Failure(
            .wasmMalformed,
            "\(name) is not a whole WebAssembly module",
            why: why,
            try: [isCut ? "it seems cut off: build or download it again" : "build it again"],
            cause: cause
        )
    }
}
