import Diagnostics

/// An instruction as written in the file: its name, its flags and its arguments.
struct ParsedInstruction {
    let name: String
    private let givenFlags: [String]
    let rest: String
    let location: SourceLocation

    init(name: String, flags: [String], rest: String, location: SourceLocation) {
        self.name = name
        givenFlags = flags
        self.rest = rest
        self.location = location
    }

    /// Reads the flags.
    ///
    /// - Parameters:
    ///   - known: the supported flags.
    ///   - unsupported: the flags that only docker supports, each with its remedy.
    /// - Returns: the values by name; a flag without a value has an empty string.
    /// - Throws: ``Failure/Code/dockerfileInvalid`` for an unknown or repeated flag, ``Failure/Code/dockerfileUnsupported`` for
    ///   a flag that only docker supports.
    func flags(known: Set<String> = [], unsupported: [String: String] = [:]) throws(Failure) -> [String:
        String]
    {
        var values: [String: String] = [:]
        for flag in givenFlags {
            let parts = flag.dropFirst(2).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let name = parts.first.map(String.init) ?? ""
            if let remedy = unsupported[name] {
                throw location.unsupported("\(self.name) --\(name) is not supported", try: [remedy])
            }
            guard known.contains(name) else {
                throw location.invalid(
                    "\(self.name) does not have the flag \(flag.quoted)",
                    why: known.isEmpty
                        ? "it takes no flags"
                        : "its flags are " + known.sorted().map { "--\($0)" }.joined(separator: ", ")
                )
            }
            guard values.updateValue(parts.count == 2 ? String(parts[1]) : "", forKey: name) == nil else {
                throw location.invalid("\(self.name) has --\(name) twice")
            }
        }
        return values
    }

    /// Returns the arguments of an instruction that takes no flags; throws if there are none.
    func argument(_ what: String) throws(Failure) -> String {
        _ = try flags()
        guard !rest.isEmpty else { throw location.invalid("\(name) needs \(what)") }
        return rest
    }
}
