import Diagnostics
import OCI

/// The credential and scope of a request, for messages about a rejection.
struct AuthContext: Sendable {
    let registry: RegistryName
    let lookup: CredentialLookup
    /// Whether the credential was rejected and the request was anonymous.
    var fellBackToAnonymous = false
    /// The scopes of the token request, if there was one.
    var scope: Scope?
    /// The actions in the token's claims, if the token has claims.
    var granted: String?

    /// Returns the failure of a request without credentials.
    ///
    /// The action completes "to …", for example `push to team/plugin`; it is `nil` for a request to a token
    /// service.
    func required(_ action: String?, _ summary: String, _ http: Failure.HTTPAnswer?) -> Failure {
        let purpose = action.map { " to \($0)" } ?? ""
        let searched = lookup.sources.joined(separator: ", ")
        // A 401 asks for credentials; a 403 does not, but a login may still help.
        let isDenied = http?.status == 403 && action != nil
        return Failure(
            .authenticationRequired,
            (isDenied ? "\(name) denied permission" : "\(name) requires a login") + "\(purpose) (\(summary))",
            why: (isDenied ? "not logged in; no" : "no") + " credentials for it in: \(searched)\(outcome)",
            try: advice.steps,
            http: http
        )
    }

    /// Returns the failure of a request whose credential was rejected.
    func rejected(_ credential: Credential, _ summary: String, _ http: Failure.HTTPAnswer?) -> Failure {
        let kind = credential.password == nil ? "token" : "password"
        let reason =
            if let invisible = credential.invisibleEnds {
                "the \(kind) \(invisible), which is probably not part of it"
            } else if fellBackToAnonymous {
                "anonymous access was denied too"
            } else if credential.password != nil {
                "the password may have expired, and some registries accept only an access token"
            } else {
                "the token may have expired or been revoked"
            }
        let message =
            credential.password == nil
            ? "\(name) rejected \(credential.holder)"
            : "wrong user name or password for \(name): \(credential.holder)"
        return Failure(
            .authenticationRejected,
            "\(message) (\(summary))",
            why: "credentials from \(credential.source); \(reason)\(outcome)",
            try: (credential.invisibleEnds == nil ? [] : Self.cleanSecret)
                + (lookup.isExplicit
                    ? ["correct the credentials from \(credential.source)"]
                    : advice.steps.prefix(1) + ["correct the credentials in \(credential.source)"]),
            http: http
        )
    }

    /// The remedy for a secret with invisible characters at its ends.
    private static let cleanSecret = [
        "remove the invisible character; a shell's $(cat FILE) and printf %s add no line end, but echo and base64 of a "
            + "file do"
    ]

    /// Returns the failure of a request whose credential is valid but has no permission.
    func denied(
        _ credential: Credential,
        _ action: String,
        _ summary: String,
        _ http: Failure.HTTPAnswer?
    ) -> Failure {
        Failure(
            .authenticationDenied,
            "\(credential.holder) may not \(action)\(lookup.advice?.side.map { " (\($0))" } ?? "") (\(summary))",
            why: "logged in with credentials from \(credential.source)\(outcome)",
            try: [
                "ask the registry's administrator for permission; some registries require an existing repository",
                "log in as another user: " + (advice.steps.first ?? "wasmpack login \(registry)"),
            ],
            http: http
        )
    }

    private var advice: SignInAdvice { lookup.advice ?? .usual(registry) }

    /// The registry, with its role if the command has two registries.
    private var name: String { "\(registry)" + (lookup.advice?.side.map { " (\($0))" } ?? "") }

    private var outcome: String {
        guard let scope, !scope.items.isEmpty else { return "" }
        let requested = "; requested scope \(scope.items.joined(separator: " ").truncated(to: 300))"
        return requested + (granted.map { ", granted: \($0)" } ?? "")
    }
}
