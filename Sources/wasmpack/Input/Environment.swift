#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The environment variables; an empty variable counts as unset.
struct Environment {
    private let variables: [String: String]

    /// Takes given variables.
    init(variables: [String: String]) { self.variables = variables }

    /// The environment of this process.
    static var current: Environment { Environment(variables: ProcessInfo.processInfo.environment) }

    /// The number of active processors.
    static var processorCount: Int { ProcessInfo.processInfo.activeProcessorCount }

    subscript(name: String) -> String? {
        variables[name].flatMap { $0.isEmpty ? nil : $0 }
    }
}
