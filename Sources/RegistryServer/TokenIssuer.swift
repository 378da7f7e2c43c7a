import Diagnostics
import HTTPServer
import OCI
import Synchronization

/// The built-in token service: Bearer tokens for repositories (distribution's "Token Authentication").
package final class TokenIssuer: Sendable {
    /// What a token allows, until when.
    private struct Grant: Sendable {
        /// The actions by repository; for the catalog, `*` in the registry.
        let actions: [String: Set<String>]
        let end: ContinuousClock.Instant
    }

    /// The life of a token.
    private static let life = Duration.seconds(300)
    /// The most valid tokens.
    private static let limit = 10_000

    private let accounts: Accounts?
    private let scheme: String
    private let grants = Mutex<[String: Grant]>([:])

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - accounts: who gets tokens; `nil` for all clients.
    ///   - scheme: the scheme of the registry's URLs, `http` or `https`.
    package init(_ accounts: Accounts?, scheme: String) {
        self.accounts = accounts
        self.scheme = scheme
    }

    /// Throws `UNAUTHORIZED` with a challenge unless the request has a token for what it does.
    func check(_ request: ServerRequest, _ route: Route, _ action: Access.Action) throws(RegistryError) {
        let needed: (resource: String, action: String)? =
            if let name = route.repository {
                ("repository:\(name)", action.rawValue)
            } else if route == .catalog {
                ("registry:catalog", "*")
            } else {
                nil
            }
        let grant = grant(of: request)
        if grant != nil, needed.map({ allows(request, $0.resource, $0.action) }) ?? true { return }
        var challenge =
            "Bearer realm=\"\(scheme)://\(request.authority)/token\",service=\"\(request.authority)\""
        if let needed {
            let actions = needed.action == "push" ? "pull,push" : needed.action
            challenge += ",scope=\"\(needed.resource):\(actions)\""
        }
        if grant != nil { challenge += ",error=\"insufficient_scope\"" }
        throw RegistryError(401, .unauthorized, "a token is required", [("WWW-Authenticate", challenge)])
    }

    /// Returns whether the request's token allows an action.
    func allows(_ request: ServerRequest, _ resource: String, _ action: String) -> Bool {
        grant(of: request)?.actions[resource]?.contains(action) ?? false
    }

    private func grant(of request: ServerRequest) -> Grant? {
        guard let token = request.authorization("bearer") else { return nil }
        return grants.withLock { $0[token] }.flatMap { $0.end > .now ? $0 : nil }
    }

    /// Answers a request for a token: GET with Basic authentication, or POST of a form (OAuth 2's password grant).
    func answer(_ request: ServerRequest, _ body: PacedBody) async throws(RegistryError) -> ServerResponse {
        let scopes: [String]
        let credential: (name: String, password: String)?
        switch request.method {
        case "GET":
            scopes = Query.all("scope", in: request.query)
            credential = request.basicCredential
        case "POST":
            let form: String
            do throws(Failure) {
                form = String(decoding: try await body.bytes(limit: 64 * 1024), as: UTF8.self)
            } catch {
                throw RegistryError(400, .denied, "the form cannot be read")
            }
            let values = Query(form)
            guard values["grant_type"] == "password" else {
                throw RegistryError(400, .unsupported, "only the password grant is supported")
            }
            scopes = Query.all("scope", in: form)
            credential = values["username"].flatMap { name in values["password"].map { (name, $0) } }
        default: throw RegistryError(405, .unsupported, "use GET or POST")
        }
        if let accounts {
            guard let credential, accounts.accept(credential.name, credential.password) else {
                throw .basicRequired
            }
        }
        return try issue(scopes.flatMap { $0.split(separator: " ").map(String.init) })
    }

    private func issue(_ scopes: [String]) throws(RegistryError) -> ServerResponse {
        struct Document: Encodable {
            let token: String
            let access_token: String
            let expires_in: Int
        }
        var actions: [String: Set<String>] = [:]
        for scope in scopes.prefix(100) {
            guard let colon = scope.lastIndex(of: ":") else { continue }
            let granted = scope[scope.index(after: colon)...].split(separator: ",").map(String.init)
            actions[String(scope[..<colon]), default: []].formUnion(granted)
        }
        for (resource, granted) in actions where granted.contains("*") && resource.hasPrefix("repository:") {
            actions[resource] = ["pull", "push", "delete"]
        }
        let token = String(randomBits: 256)
        let now = ContinuousClock.now
        grants.withLock { grants in
            if grants.count >= Self.limit { grants = grants.filter { $0.value.end > now } }
            if grants.count >= Self.limit { grants = [:] }
            grants[token] = Grant(actions: actions, end: now + Self.life)
        }
        do throws(Failure) {
            let document = Document(
                token: token,
                access_token: token,
                expires_in: Int(Self.life.components.seconds)
            )
            return ServerResponse(
                200,
                [("Content-Type", "application/json"), ("Cache-Control", "no-store")],
                body: .bytes(try CanonicalJSON.encode(document))
            )
        } catch {
            throw RegistryError(error)
        }
    }
}
