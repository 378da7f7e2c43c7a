/// The code section (WebAssembly 3.0, "Binary Format", Code Section).
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
        // Bodies refer to what the sections before define.
        guard !isInvalid, !isIncomplete else {
            return try bytes.skip(bytes.remaining, "the code")
        }
        let code = BodyReader(from: bytes.offset, to: bytes.end, bytes.fetch)
        var validator = BodyValidator(ValidationContext(self), code, features: features)
        var function = importedFunctionCount
        do throws(BodyFault) {
            defer {
                features = validator.features
                module.features += validator.uses
            }
            while function < functions.count {
                try validator.validateNext(function)
                function += 1
            }
        } catch {
            if let failure = error.failure { throw .failure(failure) }
            module.bodiesAreValidated = !error.isLimit
            throw .problem(
                ModuleProblem(
                    error.isLimit ? .notJudged : .invalid,
                    error.message,
                    at: error.offset,
                    inFunction: function
                )
            )
        }
        module.bodiesAreValidated = true
        try bytes.skip(validator.code.offset - bytes.offset, "the code")
    }
}

extension BodyValidator {
    /// Reads the size of the next body, and validates the body.
    fileprivate mutating func validateNext(_ function: Int) throws(BodyFault) {
        let start = code.offset
        try code.open(Self.longestSize)
        let size = try code.unsigned()
        guard (1...Self.sizeLimit).contains(size) else {
            throw BodyFault("its body has \(size) bytes; engines accept 1 to \(Self.sizeLimit)", at: start)
        }
        try code.open(size)
        guard code.remaining == size else {
            throw BodyFault("its body has \(size) bytes, but \(code.remaining) follow", at: start)
        }
        try validate(function)
    }

    /// The bytes of a number of 32 bits.
    private static let longestSize = 5
    /// V8's limit.
    private static let sizeLimit = 7_654_321
}
