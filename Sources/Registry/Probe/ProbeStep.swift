package import Diagnostics

/// One check of the connection to an image in a registry, and what was found.
package struct ProbeStep: Sendable {
    /// The subject of a step, in the order of the checks.
    package enum Kind: String, Sendable, CaseIterable {
        /// The proxy that the environment selects.
        case proxy
        /// The address of the host.
        case dns
        case tcp
        case tls
        /// The distribution API, at `/v2/`.
        case api
        /// The way in which the registry wants a login.
        case login
        /// The pull Secret of a cluster.
        case secret
        /// The credentials that are used.
        case account
        /// The token that a token service grants.
        case token
        /// Reading the repository.
        case access
        /// Pushing to the repository.
        case push
        case manifest
    }

    /// How a step ended.
    package enum Result: Sendable {
        case passed
        /// There is nothing to check, and nothing is missing.
        case none
        /// It works now, but not everywhere or not for long.
        case warning
        case failed(Failure)
    }

    package let kind: Kind
    package let result: Result
    /// What was found, without secrets.
    package let text: String
    /// What to do.
    package let hints: [String]

    init(_ kind: Kind, _ text: String) {
        self.kind = kind
        result = .passed
        self.text = text
        hints = []
    }

    /// Creates a step about something that is absent, and not needed.
    init(_ kind: Kind, none text: String) {
        self.kind = kind
        result = .none
        self.text = text
        hints = []
    }

    init(_ kind: Kind, warning text: String, try hints: [String] = []) {
        self.kind = kind
        result = .warning
        self.text = text
        self.hints = hints
    }

    init(_ kind: Kind, _ failure: Failure) {
        self.kind = kind
        result = .failed(failure)
        text = failure.message
        hints = failure.hints
    }

    /// The failure of the step; `nil` if it did not fail.
    package var failure: Failure? { if case .failed(let failure) = result { failure } else { nil } }
}
