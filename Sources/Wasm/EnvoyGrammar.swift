/// How Envoy itself reads the bytes that it looks at before any engine does (proxy-wasm-cpp-host, `bytecode_util.cc`).
extension ByteReader {
    /// A number of at most five bytes and below 2³⁰.
    mutating func envoyNumber(_ what: String) throws(Obstacle) -> Int {
        let start = offset
        do throws(Obstacle) {
            return Int(try unsigned(what, bits: 30))
        } catch {
            guard case .problem = error else { throw error }
            throw .problem(.corrupted("\(what) is no number below 2³⁰", at: start))
        }
    }

    /// A length and as many bytes, whatever they are.
    mutating func envoyBytes(_ what: String) throws(Obstacle) -> [UInt8] {
        let start = offset
        let length = try envoyNumber("the length of \(what)")
        guard length <= remaining else {
            throw .problem(
                .corrupted("\(what) should have \(length) bytes, but \(remaining) follow", at: start)
            )
        }
        return try bytes(length, what)
    }
}

extension ModuleReader {
    /// Envoy's look for the marker of the ABI among the exports: up to the marker, and to the end of the file.
    mutating func lookThroughExports() throws(Obstacle) {
        let (start, end) = (bytes.offset, bytes.end)
        defer { bytes.read(from: start, to: end) }
        bytes.read(from: start, to: module.outline.size)
        let count = try bytes.envoyNumber("the number of exports")
        guard count <= bytes.remaining else {
            throw .problem(
                .corrupted("\(count) exports should follow, but only \(bytes.remaining) bytes do", at: start)
            )
        }
        for _ in 0..<count {
            let name = try bytes.envoyBytes("the name of an export")
            let place = bytes.offset
            do throws(Obstacle) {
                let kind = try bytes.byte("the kind of an export")
                guard kind != 0 || !Self.markers.contains(where: name.elementsEqual) else { return }
            } catch {
                guard case .problem = error else { throw error }
                throw .problem(.corrupted("the module ends within its exports", at: place))
            }
            _ = try bytes.envoyNumber("the index of an export")
        }
    }

    private static let markers = ["0_1_0", "0_2_0", "0_2_1"].map { Array("proxy_abi_version_\($0)".utf8) }

    /// The `name` section (WebAssembly, "Name Section").
    ///
    /// Envoy keeps the functions' names for its back-traces and refuses a module whose map of them does not fill its place
    /// exactly. It checks neither indexes nor UTF-8, and not what the other subsections hold.
    mutating func readNames() throws(Obstacle) {
        while bytes.remaining > 0 {
            let start = bytes.offset
            let id = try bytes.byte("a kind of names")
            let size = try bytes.envoyNumber("the size of a part of the name section")
            guard size <= bytes.remaining else {
                throw .problem(
                    .corrupted(
                        "a part of the name section should have \(size) bytes, but \(bytes.remaining) follow",
                        at: start
                    )
                )
            }
            let next = bytes.offset + size
            switch id {
            case 0: try readModuleName(before: next)
            case 1:
                try readFunctionNames()
                guard bytes.offset == next else {
                    throw .problem(
                        .corrupted("the names of functions do not end where they should", at: start)
                    )
                }
            default: break
            }
            bytes.read(from: next, to: bytes.end)
        }
    }

    /// A module's name that cannot be read refuses nothing.
    private mutating func readModuleName(before end: Int) throws(Obstacle) {
        let whole = bytes.end
        defer { bytes.read(from: bytes.offset, to: whole) }
        bytes.read(from: bytes.offset, to: end)
        do throws(Obstacle) {
            module.name = String(decoding: try bytes.envoyBytes("the name of the module"), as: UTF8.self)
        } catch {
            guard case .problem = error else { throw error }
        }
    }

    private mutating func readFunctionNames() throws(Obstacle) {
        let start = bytes.offset
        let count = try bytes.envoyNumber("the number of names of functions")
        guard count <= bytes.remaining else {
            throw .problem(
                .corrupted("\(count) names should follow, but only \(bytes.remaining) bytes do", at: start)
            )
        }
        for _ in 0..<count {
            let index = try bytes.envoyNumber("the index of a function's name")
            let name = try bytes.envoyBytes("a function's name")
            guard module.functionNames.count < Self.keptNameLimit else { continue }
            module.functionNames[index] = String(decoding: name.prefix(Self.keptNameLength), as: UTF8.self)
        }
    }

    /// As many names as the largest plugins have, and as much of each as tells its function.
    private static let keptNameLimit = 50_000
    private static let keptNameLength = 512
}
