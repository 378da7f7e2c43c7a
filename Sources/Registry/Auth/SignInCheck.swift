package import Diagnostics
import HTTPTransport
import OCI

/// A check that a registry accepts a credential, before the credential is stored.
package struct SignInCheck: Sendable {
    private let connection: RegistryConnection

    private var endpoint: RegistryEndpoint { connection.endpoint }
    private var events: any EventSink { connection.events }

    /// Creates a check for a registry without sending a request.
    package init(_ connection: RegistryConnection) { self.connection = connection }

    /// Requests `/v2/` (distribution spec, "Determining Support") with the credential, or with a token for it
    /// without a repository scope.
    ///
    /// If the registry does not require authentication, the credential is not verified, and a note says so.
    ///
    /// - Parameter credential: the credential to check.
    /// - Returns: the credential to store; the token service may have replaced an identity token.
    /// - Throws: ``Failure/Code/authenticationRejected`` if the registry or its token service rejects the
    ///   credential, ``Failure/Code/protocolViolation`` if the server is not a registry, and the failures of
    ///   any request.
    package func check(_ credential: Credential) async throws(Failure) -> Credential {
        let client = RegistryClient(
            connection,
            nil,
            .push,
            scope: .none
        ) {
            CredentialLookup(credential, sources: [credential.source], isExplicit: true)
        }
        try await client.retrying("\(endpoint.registry)") { _ throws(RequestFailure) in
            let answer = try await client.send(.get, "")
            switch answer.status {
            case 200:
                // Without a challenge, any web server can answer 200; a registry does not answer with a web
                // page.
                if await client.usedCredential() == nil, answer.response.isWebPage {
                    throw RequestFailure(
                        .notRegistry(endpoint.registry, "\(answer.url.redacted) is a web page")
                    )
                }
            case 404:
                throw RequestFailure(.notRegistry(endpoint.registry, "\(answer.url.redacted) does not exist"))
            default: throw try await client.failure(for: answer, doing: "log in")
            }
        }
        if await client.usedCredential() == nil {
            events.record(
                .note("\(endpoint.registry) does not require a login: the credentials were not checked")
            )
        }
        return await client.authenticator.replacedCredential ?? credential
    }

    /// Requests `/v2/` without a credential, before the user types one.
    ///
    /// Throws the failures of the connection, such as ``Failure/Code/tlsUnknownAuthority``; a status is not a failure.
    package func reach() async throws(Failure) {
        let client = RegistryClient(connection, nil, .push, scope: .none) {
            CredentialLookup(nil, sources: [])
        }
        do throws(Failure) {
            try await client.retrying("\(endpoint.registry)") { _ throws(RequestFailure) in
                _ = try await client.send(.get, "")
            }
        } catch {
            let expected: Set<Failure.Code> = [
                .authenticationRequired, .authenticationRejected, .authenticationDenied,
            ]
            guard expected.contains(error.code) else { throw error }
        }
    }
}

extension Failure {
    /// The failure of a server that answers, but not as a registry.
    static func notRegistry(_ registry: RegistryName, _ why: String) -> Failure {
        Failure(
            .protocolViolation,
            "\(registry) is not an OCI registry",
            why: why,
            try: ["check the registry's host name, and its port if it is not 443"]
        )
    }
}

extension Response {
    /// Whether the response is an HTML page without a registry's header field.
    var isWebPage: Bool {
        headers["Docker-Distribution-Api-Version"] == nil
            && headers["Content-Type"]?.lowercased().hasPrefix("text/html") == true
    }
}
