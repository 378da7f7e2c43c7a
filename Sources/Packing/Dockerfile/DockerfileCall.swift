import Diagnostics

/// An instruction as it stands in the file: its name, its flags, and what follows.
struct DockerfileCall {
    let name: String
    private let givenFlags: [String]
    let rest: String
    let place: DockerfilePlace

    init(name: String, flags: [String], rest: String, place: DockerfilePlace) {
        self.name = name
        givenFlags = flags
        self.rest = rest
        self.place = place
    }

    /// Reads the flags; throws for one that docker does not know, and for one that only docker does.
    ///
    /// - Parameters:
    ///   - known: the flags that are carried out here.
    ///   - refused: those that only docker knows, and what to do in their place.
    /// - Returns: the values by name; a flag without a value has an empty one.
    /// - Throws: ``Failure/Code/dockerfileInvalid`` or ``Failure/Code/dockerfileUnsupported``.
    func flags(known: Set<String> = [], refused: [String: String] = [:]) throws(Failure) -> [String: String] {
        var values: [String: String] = [:]
        for flag in givenFlags {
            let parts = flag.dropFirst(2).split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            let name = parts.first.map(String.init) ?? ""
            if let remedy = refused[name] {
                throw place.unsupported("\(self.name) --\(name) is not supported", try: [remedy])
            }
            guard known.contains(name) else {
                throw place.invalid(
                    "\(self.name) has no flag \(flag.quoted)",
                    why: known.isEmpty
                        ? "it has none at all"
                        : "it has " + known.sorted().map { "--\($0)" }.joined(separator: ", ")
                )
            }
            guard values.updateValue(parts.count == 2 ? String(parts[1]) : "", forKey: name) == nil else {
                throw place.invalid("\(self.name) has --\(name) twice")
            }
        }
        return values
    }

    /// What follows, for an instruction that needs something.
    func argument(_ what: String) throws(Failure) -> String {
        _ = try flags()
        guard !rest.isEmpty else { throw place.invalid("\(name) needs \(what)") }
        return rest
    }
}
