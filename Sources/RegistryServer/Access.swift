import Diagnostics
import HTTPServer
import OCI

/// Who may use a registry.
package enum Access: Sendable {
    /// All clients.
    case open
    /// These accounts, by Basic authentication (RFC 7617).
    case basic(Accounts)
    /// Bearer tokens of the built-in token service, for these accounts or for all clients.
    case tokens(TokenIssuer)

    /// What a request does in a repository.
    enum Action: String {
        case pull
        case push
        case delete
    }

    /// Whether clients must prove who they are.
    var requiresAccount: Bool {
        switch self {
        case .open: false
        case .basic: true
        case .tokens(let issuer): issuer.requiresAccount
        }
    }

    /// Throws `UNAUTHORIZED` with a challenge if a request is not allowed.
    func check(_ request: ServerRequest, _ route: Route, _ action: Action) throws(RegistryError) {
        switch self {
        case .open: return
        case .basic(let accounts):
            let credential = request.basicCredential
            if let (name, password) = credential, accounts.accept(name, password) { return }
            throw .basicRequired(wasGiven: credential != nil)
        case .tokens(let issuer):
            try issuer.check(request, route, action)
        }
    }

    /// Returns whether a request, which was allowed in its own repository, may also read another one.
    func mayRead(_ name: RepositoryName, _ request: ServerRequest) -> Bool {
        guard case .tokens(let issuer) = self else { return true }
        return issuer.allows(request, "repository:\(name)", Action.pull.rawValue)
    }

    /// Answers a request to the token service.
    func token(for request: ServerRequest, _ body: PacedBody) async throws(RegistryError) -> ServerResponse {
        guard case .tokens(let issuer) = self else {
            throw RegistryError(404, .unsupported, "the registry has no token service")
        }
        return try await issuer.answer(request, body)
    }
}

extension ServerRequest {
    /// The user name and the password of a Basic credential, if the request has one.
    var basicCredential: (name: String, password: String)? {
        guard let text = authorization("basic"), let bytes = Base64.decode(text),
            let pair = String(validating: bytes, as: UTF8.self),
            let colon = pair.firstIndex(of: ":")
        else { return nil }
        return (String(pair[..<colon]), String(pair[pair.index(after: colon)...]))
    }

    /// The credential of a scheme, if the request has one.
    func authorization(_ scheme: String) -> String? {
        guard let field = self[field: "Authorization"] else { return nil }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == scheme else { return nil }
        return parts[1].filter { $0 != " " }
    }
}
