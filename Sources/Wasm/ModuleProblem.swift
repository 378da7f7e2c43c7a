/// A fault in the content of a module's sections, or a part that the reader cannot check.
package struct ModuleProblem: Hashable, Sendable {
    /// The effect in an engine.
    package enum Kind: Hashable, Sendable, CaseIterable {
        /// It is malformed or not valid (WebAssembly 3.0, "Validation"), or exceeds V8's limits: an engine rejects the module.
        case invalid
        /// A segment ends beyond the memory or table that it fills: the module compiles, but cannot be instantiated.
        case segmentOutOfBounds
        /// The reader cannot tell whether it is valid.
        case notJudged
        /// A custom section does not follow the tool conventions; engines ignore that.
        case unreadableSection
    }

    /// The effect in an engine.
    package let kind: Kind
    /// The fault, as one sentence without its position.
    package let message: String
    /// Its offset, in bytes from the start of the module.
    package let offset: Int
    /// The index of the function whose body has it; `nil` outside of bodies.
    package let function: Int?

    /// Creates a problem.
    package init(_ kind: Kind, _ message: String, at offset: Int, inFunction function: Int? = nil) {
        self.kind = kind
        self.message = message
        self.offset = offset
        self.function = function
    }
}

extension ModuleProblem: CustomStringConvertible {
    /// The message with its position.
    package var description: String {
        guard let function else { return "\(message) (at byte \(offset))" }
        return "function \(function), offset 0x\(String(offset, radix: 16)): \(message)"
    }

    static func invalid(_ message: String, at offset: Int) -> ModuleProblem {
        ModuleProblem(.invalid, message, at: offset)
    }

    static func notJudged(_ message: String, at offset: Int) -> ModuleProblem {
        ModuleProblem(.notJudged, message, at: offset)
    }
}
