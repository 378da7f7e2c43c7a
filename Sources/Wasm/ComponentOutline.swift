package import Diagnostics

/// The names of a component's imports and exports (component model, "Binary Format").
///
/// Reads only the import and export sections at the top level, and does not validate the component.
package struct ComponentOutline: Hashable, Sendable {
    /// The names of its imports in the order of the file, for example `wasi:io/streams@0.2.0`.
    package private(set) var imports: [String] = []
    /// The names of its exports in the order of the file.
    package private(set) var exports: [String] = []

    /// The largest number of names that are read; a world has some dozens.
    private static let nameCountLimit = 10_000
    private static let importSection: UInt8 = 10
    private static let exportSection: UInt8 = 11

    /// Reads the outline of a component.
    ///
    /// - Parameters:
    ///   - name: the component's name in messages.
    ///   - size: the size of the component, in bytes.
    ///   - read: returns up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: ``Failure/Code/wasmMalformed`` for sections that cannot be read, and errors of `read`.
    package init(
        of name: String,
        size: Int,
        reading read: (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        self = try ByteReader.with(read) { (bytes) throws(Failure) -> ComponentOutline in
            do throws(ModuleReadError) {
                return try ComponentOutline(bytes, size: size)
            } catch {
                switch error {
                case .failure(let failure): throw failure
                case .problem(let problem):
                    throw Failure(
                        .wasmMalformed,
                        "\(name) is not a well-formed component",
                        why: problem.description,
                        try: ["build it again"]
                    )
                }
            }
        }
    }

    private init(_ reader: ByteReader, size: Int) throws(ModuleReadError) {
        var bytes = reader
        var offset = Preamble.size
        while offset < size {
            bytes.read(from: offset, to: size)
            let id = try bytes.byte("the id of a section")
            let length = try bytes.unsigned("the length of a section")
            let start = bytes.offset
            try bytes.skip(length, "section \(id)")
            offset = bytes.offset
            bytes.read(from: start, to: offset)
            switch id {
            case Self.importSection: try readImports(&bytes)
            case Self.exportSection: try readExports(&bytes)
            default: break
            }
        }
    }

    private mutating func readImports(_ bytes: inout ByteReader) throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "imports", limit: Self.nameCountLimit - imports.count)) {
            imports.append(try bytes.externalName())
            try bytes.skipExternalType()
        }
    }

    private mutating func readExports(_ bytes: inout ByteReader) throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "exports", limit: Self.nameCountLimit - exports.count)) {
            exports.append(try bytes.externalName())
            // The exported item: a sort, which has two bytes for a core item, and an index.
            if try bytes.byte("a sort") == 0 { try bytes.skip(1, "a core sort") }
            _ = try bytes.unsigned("an index")
            // The optional type.
            let start = bytes.offset
            switch try bytes.byte("an option") {
            case 0: break
            case 1: try bytes.skipExternalType()
            default: throw .problem(.invalid("an option has an invalid flag", at: start))
            }
        }
    }
}

extension ByteReader {
    /// Reads `importname'` or `exportname'`: a kind, the name, and for kind 2 the rest of its version.
    fileprivate mutating func externalName() throws(ModuleReadError) -> String {
        let kind = try byte("the kind of a name")
        let name = try name("a name")
        return kind == 2 ? name + (try self.name("a version")) : name
    }

    /// Skips an `externdesc`; rejects values, which no toolchain writes.
    fileprivate mutating func skipExternalType() throws(ModuleReadError) {
        let start = offset
        switch try byte("the kind of a type") {
        case 0:
            try skip(1, "a core sort")
            _ = try unsigned("a type")
        case 1, 4, 5: _ = try unsigned("a type")
        case 3:
            // An `eq` bound has an index, a `sub resource` bound has none.
            if try byte("a bound") == 0 { _ = try unsigned("a type") }
        case let kind: throw .problem(.invalid("a type has the unknown kind \(kind)", at: start))
        }
    }
}
