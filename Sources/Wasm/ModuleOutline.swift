/// A core WebAssembly module seen from outside: its preamble and where its sections lie.
///
/// The structure is the binary format's (WebAssembly 2.0, "Binary Format", Modules): eight bytes of preamble, then
/// sections of one id byte and a length each, to the end of the file. Nothing within a section is looked at.
package struct ModuleOutline: Hashable, Sendable {
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

    /// Far more than any compiler writes; without a limit, a module of empty sections would fill the memory.
    package static let sectionCountLimit = 100_000
    /// The id and a length of up to five bytes.
    static let sectionHeadSize = 6
    /// Custom, type, import, function, table, memory, global, export, start, element, code, data, data count, tag.
    static let lastKnownSection: UInt8 = 13
}

extension ModuleOutline {
    /// Why a file has no sections to be read.
    package enum Problem: Error, Hashable {
        /// It does not begin with the magic number, but with these bytes: 64, or all that there are.
        case notWasm(start: [UInt8])
        /// It ends within the preamble, after so many bytes.
        case cutPreamble(size: Int)
        /// It is a component (component model, "Binary Format"); the four bytes behind the magic number.
        case component(version: [UInt8])
        /// The four bytes of a version that no specification knows.
        case unknownVersion([UInt8])
        /// There are more than ``ModuleOutline/sectionCountLimit``.
        case tooManySections
        /// The length of the section at an offset is no number, or the file ends within it.
        case unreadableLength(at: Int)
        /// No specification knows the section at an offset; an engine may walk on behind it.
        case unknownSection(id: UInt8, at: Int)
        /// The section at an offset says that it has more bytes than follow.
        case cutSection(at: Int, size: Int, following: Int)
    }
}
