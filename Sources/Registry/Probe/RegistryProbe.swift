package import Diagnostics
import HTTPTransport
package import OCI
package import Storage

/// Checks the connection to a registry, repository or image step by step, as far as possible, and reports each step.
///
/// Uses the same requests as other commands, so that a step fails for the same reason.
package struct RegistryProbe: Sendable {
    /// What is examined, and how.
    package struct Subject: Sendable {
        package var connection: RegistryConnection
        /// The proxy for the registry, as its name and variable; `nil` for none.
        package var proxy: String?
        /// `nil` for the registry alone.
        package var repository: RepositoryName?
        /// An image in the repository, by its tag or digest; `nil` for none.
        package var image: Reference?
        /// `pull`, or `push` to examine that too.
        package var access: Access
        package var credentials: any CredentialStore
        /// The Secret with which a cluster would pull; its credentials replace the others.
        package var secret: ClusterSecret?
        /// Whether certificates are trusted that a proxy of a cluster does not know.
        package var trustsMoreAuthorities: Bool
        package var spool: SpoolFolder

        /// Describes a registry, without a repository.
        package init(_ connection: RegistryConnection, credentials: any CredentialStore, spool: SpoolFolder) {
            self.connection = connection
            self.credentials = credentials
            self.spool = spool
            access = .pull
            trustsMoreAuthorities = false
        }
    }

    let subject: Subject
    private let onStep: @Sendable (ProbeStep) -> Void

    /// Creates a probe; `onStep` receives each step when it has ended.
    package init(_ subject: Subject, onStep: @escaping @Sendable (ProbeStep) -> Void) {
        self.subject = subject
        self.onStep = onStep
    }

    var registry: RegistryName { subject.connection.endpoint.registry }

    func report(_ step: ProbeStep) { onStep(step) }

    /// Runs all steps; a failed step ends those that need it.
    ///
    /// Throws ``Failure/Code/interrupted``.
    package func run() async throws(Failure) {
        let answer = try await reach()
        try checkCancellation()
        var requiresLogin = false
        if let answer {
            guard let found = login(answer) else { return }
            requiresLogin = found
        }
        // Also for a registry that cannot be reached: the next question is usually about the credentials.
        let lookup = try await account(requiresLogin: answer == nil ? nil : requiresLogin)
        try checkCancellation()
        guard answer != nil, let lookup else { return }
        try await enter(with: lookup)
    }
}
