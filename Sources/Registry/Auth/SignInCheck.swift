package import Diagnostics
import HTTPTransport

/// Finds out whether a registry takes a credential, before it is kept.
package struct SignInCheck: Sendable {
    private let connection: RegistryConnection

    private var endpoint: RegistryEndpoint { connection.endpoint }
    private var events: any EventSink { connection.events }

    /// Names the registry; nothing is asked yet.
    package init(_ connection: RegistryConnection) { self.connection = connection }

    /// Asks for `/v2/` (distribution spec, "Determining Support") with the credential, or with a token for it that
    /// stands for no repository.
    ///
    /// A registry that lets everybody in cannot tell; that is a note.
    ///
    /// - Parameter credential: who somebody says to be.
    /// - Returns: the credential to keep: an identity token may have been replaced by another one meanwhile.
    /// - Throws: ``Failure/Code/authenticationRejected`` when the registry or its token service refuses the credential,
    ///   ``Failure/Code/protocolViolation`` when what answers is no registry, and what any request fails with.
    package func check(_ credential: Credential) async throws(Failure) -> Credential {
        let client = RegistryClient(
            connection,
            nil,
            .push,
            scope: .none
        ) {
            CredentialLookup(credential, places: [credential.source], isGiven: true)
        }
        try await connection.retryPolicy.retrying("\(endpoint.registry)", events: events) {
            _ throws(RequestFailure) in
            let answer = try await client.send(.get, "")
            switch answer.status {
            case 200:
                // Who asks for no credentials has proven nothing yet; a web page is no registry's answer.
                if await client.usedCredential() == nil, answer.response.isWebPage {
                    throw noRegistry("it answers \(answer.url.redacted) with a web page")
                }
            case 404: throw noRegistry("it has nothing at \(answer.url.redacted)")
            default: throw try await client.failure(for: answer, doing: "sign in")
            }
        }
        if await client.usedCredential() == nil {
            events.record(.note("\(endpoint.registry) asks nobody who they are: nothing was checked"))
        }
        return await client.authenticator.replacedCredential ?? credential
    }

    private func noRegistry(_ why: String) -> RequestFailure {
        RequestFailure(
            Failure(
                .protocolViolation,
                "\(endpoint.registry) is no OCI registry",
                why: why,
                try: ["check the name of the registry: a host, and a port if it is not 443"]
            )
        )
    }
}

extension Response {
    /// Whether it is a page for people, and not one of a registry that calls its answer so.
    fileprivate var isWebPage: Bool {
        headers["Docker-Distribution-Api-Version"] == nil
            && headers["Content-Type"]?.lowercased().hasPrefix("text/html") == true
    }
}
