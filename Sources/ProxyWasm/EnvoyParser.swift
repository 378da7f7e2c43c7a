import Diagnostics
import Wasm

/// Parses the parts of a module that Envoy parses before its engine (proxy-wasm-cpp-host, `bytecode_util.cc`):
/// the exports, the names of custom sections, and the first `name` section.
struct EnvoyParser {
    /// The errors that make Envoy reject the module, in the order of the file.
    private(set) var corruptions: [Corruption] = []
    /// The offsets of the contents of sections that Envoy cannot parse.
    private(set) var rejectedSections: Set<Int> = []

    private typealias Rejection = ReadError<Corruption>

    private var bytes: ByteReader
    private var step = LoadStep.readExports
    private var hasNames = false

    init(_ bytes: ByteReader) { self.bytes = bytes }

    /// Parses the sections that Envoy parses; throws errors of reading.
    mutating func parse(_ outline: ModuleOutline) throws(Failure) {
        for section in outline.sectionsInPlace where section.id == 0 || section.id == 7 {
            bytes.read(from: section.offset, to: section.offset + section.size)
            step = section.id == 7 ? .readExports : .parse
            do throws(Rejection) {
                if section.id == 7 { try readExports() } else { try readCustomSection() }
            } catch {
                switch error {
                case .failure(let failure): throw failure
                case .problem(let corruption):
                    corruptions.append(corruption)
                    rejectedSections.insert(section.offset)
                }
            }
        }
    }

    // MARK: Numbers and bytes

    /// Reads a number of at most five bytes and below 2³⁰.
    private mutating func number(_ what: String) throws(Rejection) -> Int {
        let start = bytes.offset
        do throws(ModuleReadError) {
            return Int(try bytes.unsigned(what, bits: 30))
        } catch {
            throw rejection(error, "\(what) is not a number below 2³⁰", at: start)
        }
    }

    private mutating func byte(_ what: String, orReject message: String) throws(Rejection) -> UInt8 {
        let start = bytes.offset
        do throws(ModuleReadError) { return try bytes.byte(what) } catch {
            throw rejection(error, message, at: start)
        }
    }

    /// Reads a length and that many bytes of any value; returns the first of them.
    private mutating func text(_ what: String, keeping limit: Int) throws(Rejection) -> [UInt8] {
        let start = bytes.offset
        let length = try number("the length of \(what)")
        let remaining = bytes.remaining
        do throws(ModuleReadError) {
            let kept = try bytes.bytes(min(length, limit), what)
            try bytes.skip(length - kept.count, what)
            return kept
        } catch {
            throw rejection(
                error,
                "\(what) should have \(length) bytes, but \(remaining) follow",
                at: start
            )
        }
    }

    /// Returns the error that ends parsing: the bytes cannot be read, or Envoy rejects them.
    private func rejection(_ error: ModuleReadError, _ message: String, at offset: Int) -> Rejection {
        switch error {
        case .failure(let failure): .failure(failure)
        case .problem: corrupted(message, at: offset)
        }
    }

    private func corrupted(_ message: String, at offset: Int) -> Rejection {
        .problem(Corruption(step: step, message: message, offset: offset))
    }

    // MARK: Exports

    /// Searches the exports for the ABI marker, as Envoy does; stops at the marker.
    private mutating func readExports() throws(Rejection) {
        let start = bytes.offset
        let count = try number("the number of exports")
        guard count <= bytes.remaining else {
            throw corrupted(
                "\(count) exports should follow, but only \(bytes.remaining) bytes do",
                at: start
            )
        }
        for _ in 0..<count {
            let name = try text("the name of an export", keeping: Self.keptNameSize)
            let kind = try byte("the kind of an export", orReject: "the exports end too early")
            guard kind != 0 || !Self.markers.contains(where: name.elementsEqual) else { return }
            _ = try number("the index of an export")
        }
    }

    private static let markers = ProxyWasmABI.allCases.map { Array($0.marker.utf8) }

    // MARK: Custom sections

    private mutating func readCustomSection() throws(Rejection) {
        let title = try text("the name of a custom section", keeping: Self.keptNameSize)
        guard title.elementsEqual("name".utf8), !hasNames else { return }
        hasNames = true
        do throws(Rejection) {
            try readNames()
        } catch {
            guard case .problem(let corruption) = error else { throw error }
            corruptions.append(corruption)
        }
    }

    /// The `name` section (WebAssembly, "Name Section").
    ///
    /// Envoy keeps the function names for its backtraces. It rejects a module whose map of them does not fill its
    /// subsection exactly. It does not check indexes, UTF-8 or the content of other subsections.
    private mutating func readNames() throws(Rejection) {
        while bytes.remaining > 0 {
            let start = bytes.offset
            let id = try byte("the id of a subsection", orReject: "the name section ends too early")
            let size = try number("the size of a subsection of the name section")
            guard size <= bytes.remaining else {
                throw corrupted(
                    "a subsection of the name section should have \(size) bytes, but \(bytes.remaining) follow",
                    at: start
                )
            }
            let next = bytes.offset + size
            if id == 1 {
                try readFunctionNames()
                guard bytes.offset == next else {
                    throw corrupted("the function names do not fill their subsection exactly", at: start)
                }
            }
            bytes.read(from: next, to: bytes.end)
        }
    }

    private mutating func readFunctionNames() throws(Rejection) {
        let start = bytes.offset
        let count = try number("the number of function names")
        guard count <= bytes.remaining else {
            throw corrupted(
                "\(count) names should follow, but only \(bytes.remaining) bytes do",
                at: start
            )
        }
        for _ in 0..<count {
            _ = try number("the index of a function's name")
            _ = try text("a function's name", keeping: 0)
        }
    }

    /// The number of bytes that are kept of a name: enough to compare it with the names that Envoy searches for.
    private static let keptNameSize = 64
}
