package import OCI

/// Advice to the user for missing or rejected credentials, with the options of the running command.
package struct SignInAdvice: Sendable {
    /// The role of the registry in the command, if the command has two registries.
    package let side: String?
    /// The steps, with the most useful step first.
    package let steps: [String]

    /// Creates advice.
    package init(side: String? = nil, steps: [String]) {
        self.side = side
        self.steps = steps
    }

    /// Returns the advice for a command with `--username` and one registry.
    package static func usual(_ registry: RegistryName) -> SignInAdvice {
        SignInAdvice(steps: [
            "wasmpack login \(registry)",
            "use --username NAME --password-stdin",
            "set WASMPACK_USERNAME and WASMPACK_PASSWORD",
        ])
    }
}
