/// One thing that is wrong with the content of a module's sections, or that the reader does not judge.
package struct ModuleProblem: Hashable, Sendable {
    /// What an engine makes of it.
    package enum Kind: Hashable, Sendable, CaseIterable {
        /// It is malformed or not valid (WebAssembly 3.0, "Validation"), or beyond V8's limits: an engine refuses the module.
        case invalid
        /// A segment ends behind the memory or table that it fills: the module compiles, but there can be no instance of it.
        case segmentOutOfBounds
        /// The reader cannot tell whether it is valid.
        case notJudged
        /// A custom section has other content than the tool conventions say, which no engine minds.
        case unreadableSection
    }

    /// What an engine makes of it.
    package let kind: Kind
    /// What is the matter, in one sentence without its place.
    package let message: String
    /// Where it is, in bytes from the start of the module.
    package let offset: Int

    /// Describes a problem.
    package init(_ kind: Kind, _ message: String, at offset: Int) {
        self.kind = kind
        self.message = message
        self.offset = offset
    }
}

extension ModuleProblem: CustomStringConvertible {
    /// The sentence with its place.
    package var description: String { "\(message) (at byte \(offset))" }

    static func invalid(_ message: String, at offset: Int) -> ModuleProblem {
        ModuleProblem(.invalid, message, at: offset)
    }

    static func notJudged(_ message: String, at offset: Int) -> ModuleProblem {
        ModuleProblem(.notJudged, message, at: offset)
    }
}
