/// The `name` section (WebAssembly 3.0, "Custom Sections", Name Section): the names of the module and its functions.
///
/// The names are only for display: indexes and UTF-8 are not checked, and unreadable parts are omitted silently.
extension ModuleReader {
    mutating func readNames() throws(ModuleReadError) {
        let end = bytes.end
        while bytes.remaining > 0 {
            do throws(ModuleReadError) {
                let id = try bytes.byte("a kind of names")
                let size = try bytes.unsigned("the size of a part of the name section")
                guard size <= bytes.remaining else { return }
                let next = bytes.offset + size
                bytes.read(from: bytes.offset, to: next)
                switch id {
                case 0: module.name = try readName("the name of the module")
                case 1: try readFunctionNames()
                default: break
                }
                bytes.read(from: next, to: end)
            } catch {
                guard case .problem = error else { throw error }
                // Continue with the next part.
                bytes.read(from: bytes.end, to: end)
            }
        }
    }

    private mutating func readFunctionNames() throws(ModuleReadError) {
        for _ in 0..<(try bytes.unsigned("the number of names of functions")) {
            let index = try bytes.unsigned("the index of a function's name")
            let name = try readName("a function's name")
            guard module.functionNames.count < Self.keptNameLimit else { continue }
            module.functionNames[index] = name
        }
    }

    private mutating func readName(_ what: String) throws(ModuleReadError) -> String {
        let length = try bytes.unsigned("the length of \(what)")
        return String(decoding: try firstBytes(of: length, what, Self.keptNameSize), as: UTF8.self)
    }

    /// Enough names for the largest plugins, and enough of each, in bytes, to identify the function.
    private static let keptNameLimit = 50_000
    private static let keptNameSize = 512
}
