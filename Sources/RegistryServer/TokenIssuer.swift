import Diagnostics
import HTTPServer
import OCI

/// The built-in token service: Bearer tokens for repositories (distribution's "Token Authentication").
///
/// Tokens are signed and not kept, so clients cannot fill the memory with them.
package struct TokenIssuer: Sendable {
    /// What a token allows: actions by repository; for the catalog, `*` in the registry.
    private typealias Grant = [String: Set<String>]

    /// The life of a token, in seconds.
    private static let life: Int64 = 300
    /// The largest list of scopes of a token, in bytes: a client sends the token in a header field.
    private static let scopeLimit = 4 * 1024

    private let accounts: Accounts?
    private let scheme: String
    private let signature = TokenSignature()
    private let start = ContinuousClock.now

    /// Creates a service.
    ///
    /// - Parameters:
    ///   - accounts: who gets tokens; `nil` for all clients.
    ///   - scheme: the scheme of the registry's URLs, `http` or `https`.
    package init(_ accounts: Accounts?, scheme: String) {
        self.accounts = accounts
        self.scheme = scheme
    }

    /// Whether only accounts get tokens.
    var requiresAccount: Bool { accounts != nil }

    /// The seconds since the start.
    private var time: Int64 { start.duration(to: .now).components.seconds }

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
        grant(of: request)?[resource]?.contains(action) ?? false
    }

    /// Returns what the request's token allows; `nil` without a valid one.
    private func grant(of request: ServerRequest) -> Grant? {
        guard let text = request.authorization("bearer").flatMap(signature.text) else { return nil }
        let parts = text.split(separator: " ").map(String.init)
        guard let end = parts.first.flatMap({ Int64($0) }), time < end else { return nil }
        return Self.grant(Array(parts.dropFirst()))
    }

    private static func grant(_ scopes: [String]) -> Grant {
        var grant: Grant = [:]
        for scope in scopes {
            guard let colon = scope.lastIndex(of: ":") else { continue }
            let actions = scope[scope.index(after: colon)...].split(separator: ",").map(String.init)
            let isAll = actions.contains("*") && scope.hasPrefix("repository:")
            grant[String(scope[..<colon]), default: []]
                .formUnion(isAll ? ["pull", "push", "delete"] : actions)
        }
        return grant
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
                throw .basicRequired(wasGiven: credential != nil)
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
        let list = scopes.joined(separator: " ")
        guard list.utf8.count <= Self.scopeLimit else {
            throw RegistryError(
                400,
                .unsupported,
                "the scopes of a token have at most \(Self.scopeLimit) bytes"
            )
        }
        let token = signature.signed("\(time + Self.life) \(list)")
        do throws(Failure) {
            let document = Document(
                token: token,
                access_token: token,
                expires_in: Int(Self.life)
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
