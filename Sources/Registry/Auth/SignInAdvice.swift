package import OCI

/// What a user can do about credentials that are missing or refused, in the words of the command that is run.
package struct SignInAdvice: Sendable {
    /// Which of a command's registries it is, if it has two.
    package let side: String?
    /// What to do, most useful first.
    package let steps: [String]

    /// Puts advice together.
    package init(side: String? = nil, steps: [String]) {
        self.side = side
        self.steps = steps
    }

    /// What helps a command that takes a user's name and has one registry.
    package static func usual(_ registry: RegistryName) -> SignInAdvice {
        SignInAdvice(steps: [
            "wasmpack login \(registry)",
            "or --username NAME --password-stdin, or WASMPACK_USERNAME and WASMPACK_PASSWORD",
        ])
    }
}
