#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The environment variables; one that is set to nothing counts as not set.
struct Environment {
    private let variables: [String: String]

    /// The environment of this process.
    static var current: Environment { Environment(variables: ProcessInfo.processInfo.environment) }

    /// How many processors there are to work with.
    static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    subscript(name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
