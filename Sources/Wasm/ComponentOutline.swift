package import Diagnostics

/// A component seen from outside: the names of what it needs and gives (component model, "Binary Format").
///
/// Only its outermost sections are looked at, and of these the imports and the exports; whether it is valid is not.
package struct ComponentOutline: Hashable, Sendable {
    /// What it imports, in the order in which it stands there, for example `wasi:io/streams@0.2.0`.
    package private(set) var imports: [String] = []
    /// What it exports.
    package private(set) var exports: [String] = []

    /// As many as are read; a world has some dozens.
    private static let nameCountLimit = 10_000
    private static let importSection: UInt8 = 10
    private static let exportSection: UInt8 = 11

    /// Reads the outline of a component.
    ///
    /// - Parameters:
    ///   - name: what the component is called in messages.
    ///   - size: the size of the whole, in bytes.
    ///   - read: gives up to `count` bytes at an offset; fewer only at the end.
    /// - Throws: ``Failure/Code/wasmMalformed`` for sections that cannot be read, and whatever `read` throws.
    package init(
        of name: String,
        size: Int,
        reading read: (_ offset: Int, _ count: Int) throws(Failure) -> [UInt8]
    ) throws(Failure) {
        self = try withoutActuallyEscaping(read) { (read) throws(Failure) -> ComponentOutline in
            do throws(ModuleReadError) {
                return try ComponentOutline(ByteReader(read), size: size)
            } catch {
                switch error {
                case .failure(let failure): throw failure
                case .problem(let problem):
                    throw Failure(
                        .wasmMalformed,
                        "\(name) is not a whole component",
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
            // What is exported: a sort, of a core item two bytes long, and an index.
            if try bytes.byte("a sort") == 0 { try bytes.skip(1, "a core sort") }
            _ = try bytes.unsigned("an index")
            // And perhaps as what.
            let place = bytes.offset
            switch try bytes.byte("an option") {
            case 0: break
            case 1: try bytes.skipExternalType()
            default: throw .problem(.invalid("an option is neither there nor not there", at: place))
            }
        }
    }
}

extension ByteReader {
    /// `importname'` or `exportname'`: a kind, the name, and for the third kind the rest of its version.
    fileprivate mutating func externalName() throws(ModuleReadError) -> String {
        let kind = try byte("the kind of a name")
        let name = try name("a name")
        return kind == 2 ? name + (try self.name("a version")) : name
    }

    /// `externdesc`, but for values, which no toolchain writes.
    fileprivate mutating func skipExternalType() throws(ModuleReadError) {
        let start = offset
        switch try byte("the kind of a type") {
        case 0:
            try skip(1, "a core sort")
            _ = try unsigned("a type")
        case 1, 4, 5: _ = try unsigned("a type")
        case 3:
            // An equal type has an index, a resource has none.
            if try byte("a bound") == 0 { _ = try unsigned("a type") }
        case let kind: throw .problem(.invalid("a type of the kind \(kind) is not known", at: start))
        }
    }
}
