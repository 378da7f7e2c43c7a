/// The positions of a core WebAssembly module's sections.
///
/// The structure is the binary format's (WebAssembly 2.0, "Binary Format", Modules): eight bytes of preamble, then
/// sections of one id byte and a length each, to the end of the file. The content of sections is not read.
package struct ModuleOutline: Hashable, Sendable {
    /// One section of a module.
    package struct Section: Hashable, Sendable {
        /// Its kind: 0 for a custom section, 1 to 13 for the known ones.
        package let id: UInt8
        /// The offset of its content, in bytes from the start of the module.
        package let offset: Int
        /// The size of its content, in bytes.
        package let size: Int
    }

    /// The size of the whole module, in bytes.
    package let size: Int
    /// The sections in the order of the file.
    package let sections: [Section]

    /// The largest number of sections; compilers write far fewer.
    ///
    /// Without it, a module of empty sections could exhaust the memory.
    package static let sectionCountLimit = 100_000
    /// The size of an id and a length of up to five bytes, in bytes.
    static let sectionHeadSize = 6
    /// Custom, type, import, function, table, memory, global, export, start, element, code, data, data count, tag.
    static let lastKnownSection: UInt8 = 13
}

extension ModuleOutline {
    /// The reason why the sections of a file cannot be read.
    package enum Problem: Error, Hashable {
        /// It begins with these bytes instead of the magic number; at most 64 bytes.
        case notWasm(start: [UInt8])
        /// It ends within the preamble, after `size` bytes.
        case cutPreamble(size: Int)
        /// It is a component (component model, "Binary Format") with these four bytes after the magic number.
        case component(version: [UInt8])
        /// No specification has a version with these four bytes.
        case unknownVersion([UInt8])
        /// There are more than ``ModuleOutline/sectionCountLimit``.
        case tooManySections
        /// The length of the section at an offset is not a number, or the file ends within it.
        case unreadableLength(at: Int)
        /// No specification has a section with this id; an engine may skip it.
        case unknownSection(id: UInt8, at: Int)
        /// The section at an offset declares more bytes than follow.
        case cutSection(at: Int, size: Int, following: Int)
    }
}
