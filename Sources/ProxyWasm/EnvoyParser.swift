import Diagnostics
import Wasm

/// How Envoy itself reads the bytes that it looks at before any engine does (proxy-wasm-cpp-host, `bytecode_util.cc`):
/// the exports, the names of custom sections, and the first `name` section.
struct EnvoyParser {
    /// What Envoy refuses, in the order of the file.
    private(set) var corruptions: [Corruption] = []
    /// Where the content of those sections begins that Envoy cannot walk through.
    private(set) var refusedSections: Set<Int> = []

    private typealias Refusal = ReadError<Corruption>

    private var bytes: ByteReader
    private var step = LoadStep.readExports
    private var hasNames = false

    init(_ bytes: ByteReader) { self.bytes = bytes }

    /// Looks through the sections that Envoy looks at; throws what reading the bytes throws.
    mutating func look(through outline: ModuleOutline) throws(Failure) {
        for section in outline.sectionsInPlace where section.id == 0 || section.id == 7 {
            bytes.read(from: section.offset, to: section.offset + section.size)
            step = section.id == 7 ? .readExports : .parse
            do throws(Refusal) {
                if section.id == 7 { try lookThroughExports() } else { try readCustomSection() }
            } catch {
                switch error {
                case .failure(let failure): throw failure
                case .problem(let corruption):
                    corruptions.append(corruption)
                    refusedSections.insert(section.offset)
                }
            }
        }
    }

    // MARK: Numbers and bytes

    /// A number of at most five bytes and below 2³⁰.
    private mutating func number(_ what: String) throws(Refusal) -> Int {
        let start = bytes.offset
        do throws(ModuleReadError) {
            return Int(try bytes.unsigned(what, bits: 30))
        } catch {
            throw refusal(error, "\(what) is no number below 2³⁰", at: start)
        }
    }

    private mutating func byte(_ what: String, orRefuse message: String) throws(Refusal) -> UInt8 {
        let start = bytes.offset
        do throws(ModuleReadError) { return try bytes.byte(what) } catch {
            throw refusal(error, message, at: start)
        }
    }

    /// A length and as many bytes, whatever they are; the first of them are kept.
    private mutating func text(_ what: String, keeping limit: Int) throws(Refusal) -> [UInt8] {
        let start = bytes.offset
        let length = try number("the length of \(what)")
        let remaining = bytes.remaining
        do throws(ModuleReadError) {
            let kept = try bytes.bytes(min(length, limit), what)
            try bytes.skip(length - kept.count, what)
            return kept
        } catch {
            throw refusal(
                error,
                "\(what) should have \(length) bytes, but \(remaining) follow",
                at: start
            )
        }
    }

    /// What stops the walk: the bytes did not come, or Envoy refuses them.
    private func refusal(_ obstacle: ModuleReadError, _ message: String, at offset: Int) -> Refusal {
        switch obstacle {
        case .failure(let failure): .failure(failure)
        case .problem: corrupted(message, at: offset)
        }
    }

    private func corrupted(_ message: String, at offset: Int) -> Refusal {
        .problem(Corruption(step: step, message: message, offset: offset))
    }

    // MARK: Exports

    /// Envoy's look for the marker of the ABI among the exports, which ends with the marker.
    private mutating func lookThroughExports() throws(Refusal) {
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
            let kind = try byte("the kind of an export", orRefuse: "the exports end too early")
            guard kind != 0 || !Self.markers.contains(where: name.elementsEqual) else { return }
            _ = try number("the index of an export")
        }
    }

    private static let markers = ProxyWasmABI.allCases.map { Array($0.marker.utf8) }

    // MARK: Custom sections

    private mutating func readCustomSection() throws(Refusal) {
        let title = try text("the name of a custom section", keeping: Self.keptNameSize)
        guard title.elementsEqual("name".utf8), !hasNames else { return }
        hasNames = true
        do throws(Refusal) {
            try readNames()
        } catch {
            guard case .problem(let corruption) = error else { throw error }
            corruptions.append(corruption)
        }
    }

    /// The `name` section (WebAssembly, "Name Section").
    ///
    /// Envoy keeps the functions' names for its back-traces and refuses a module whose map of them does not fill its place
    /// exactly. It checks neither indexes nor UTF-8, and not what the other subsections hold.
    private mutating func readNames() throws(Refusal) {
        while bytes.remaining > 0 {
            let start = bytes.offset
            let id = try byte("a kind of names", orRefuse: "the name section ends too early")
            let size = try number("the size of a part of the name section")
            guard size <= bytes.remaining else {
                throw corrupted(
                    "a part of the name section should have \(size) bytes, but \(bytes.remaining) follow",
                    at: start
                )
            }
            let next = bytes.offset + size
            if id == 1 {
                try readFunctionNames()
                guard bytes.offset == next else {
                    throw corrupted("the names of functions do not end where they should", at: start)
                }
            }
            bytes.read(from: next, to: bytes.end)
        }
    }

    private mutating func readFunctionNames() throws(Refusal) {
        let start = bytes.offset
        let count = try number("the number of names of functions")
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

    /// As much of a name as tells whether it is one that Envoy looks for, in bytes.
    private static let keptNameSize = 64
}
