/// The code section (WebAssembly 3.0, "Binary Format", Code Section).
///
/// Bodies are measured, not validated: see docs/decisions/0020-function-bodies.md.
extension ModuleReader {
    mutating func readCode() throws(ModuleReadError) {
        let start = bytes.offset
        let count = try bytes.count(of: "function bodies", limit: Self.entryLimit)
        hasCode = true
        let declared = functions.count - importedFunctionCount
        guard count == declared else {
            throw .problem(
                .invalid("\(declared) functions are declared, but \(count) have a body", at: start)
            )
        }
        for index in 0..<count { try readBody(of: importedFunctionCount + index) }
    }

    private mutating func readBody(of function: Int) throws(ModuleReadError) {
        let start = bytes.offset
        let size = try bytes.unsigned("the size of a body")
        guard size <= bytes.remaining else {
            throw .problem(
                .invalid(
                    "the body of function \(function) has \(size) bytes, but \(bytes.remaining) follow",
                    at: start
                )
            )
        }
        guard (1...Self.bodySizeLimit).contains(size) else {
            throw .problem(
                .invalid(
                    "the body of function \(function) has \(size) bytes; engines accept 1 to \(Self.bodySizeLimit)",
                    at: start
                )
            )
        }
        let end = bytes.offset + size
        try readLocals(of: function, before: end)
        try bytes.skip(end - bytes.offset - 1, "a body")
        let last = bytes.offset
        guard try bytes.byte("a body") == 0x0B else {
            throw .problem(
                .invalid("the body of function \(function) does not finish with an end instruction", at: last)
            )
        }
    }

    private mutating func readLocals(of function: Int, before end: Int) throws(ModuleReadError) {
        let start = bytes.offset
        var count = functionType(at: function)?.parameters.count ?? 0
        for _ in 0..<(try bytes.count(of: "groups of locals", limit: Self.localLimit)) {
            count += try bytes.unsigned("the number of locals")
            guard count <= Self.localLimit else {
                throw .problem(
                    .invalid(
                        "function \(function) has \(count) locals, more than \(Self.localLimit)",
                        at: start
                    )
                )
            }
            _ = try readType()
            guard bytes.offset < end else { break }
        }
        guard bytes.offset < end else {
            throw .problem(.invalid("the body of function \(function) ends within its locals", at: start))
        }
    }

    /// V8's limits.
    private static let bodySizeLimit = 7_654_321
    private static let localLimit = 50_000
}
