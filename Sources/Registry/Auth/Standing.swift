import Diagnostics
import OCI

/// Who asks a registry and for what: what a refusal says besides the registry's own words.
struct Standing: Sendable {
    let registry: RegistryName
    let lookup: CredentialLookup
    /// Whether the credential was refused, and the request made without it.
    var goesWithout = false
    /// The scopes that a token service was asked for, if one was.
    var scope: Scope?
    /// The actions that the token names, if it can be read.
    var granted: String?

    /// Nobody is signed in.
    ///
    /// The action is what was to be done, for example `push to team/plugin`; nothing when only a token was asked for.
    func required(_ action: String?, _ summary: String, _ http: Failure.HTTPAnswer?) -> Failure {
        let purpose = action.map { " to \($0)" } ?? ""
        return Failure(
            .authenticationRequired,
            "\(name) wants credentials\(purpose) (\(summary))",
            why: "none found: looked in " + lookup.places.joined(separator: ", ") + outcome,
            try: advice.steps,
            http: http
        )
    }

    /// The credential is not believed.
    func rejected(_ credential: Credential, _ summary: String, _ http: Failure.HTTPAnswer?) -> Failure {
        let reason =
            if goesWithout {
                "and going on without them is refused too"
            } else if credential.password != nil {
                "the password may be wrong, or a token may have expired"
            } else {
                "the token may have expired or been revoked"
            }
        return Failure(
            .authenticationRejected,
            "\(name) rejected \(credential.holder) (\(summary))",
            why: "credentials from \(credential.source); \(reason)\(outcome)",
            try: lookup.isGiven
                ? [
                    "correct them"
                        + (credential.password == nil
                            ? "" : "; some registries want an access token as password")
                ]
                : advice.steps.prefix(1) + ["or correct the credentials in \(credential.source)"],
            http: http
        )
    }

    /// The credential is believed, and has not the right.
    func denied(
        _ credential: Credential,
        _ action: String,
        _ summary: String,
        _ http: Failure.HTTPAnswer?
    ) -> Failure {
        Failure(
            .authenticationDenied,
            "\(credential.holder) may not \(action)\(lookup.advice?.side.map { ", which is \($0)" } ?? "") (\(summary))",
            why: "signed in with credentials from \(credential.source)\(outcome)",
            try: [
                "give \(credential.holder) the right to; some registries need the repository to be created first",
                "or sign in as somebody else: " + (advice.steps.first ?? "wasmpack login \(registry)"),
            ],
            http: http
        )
    }

    private var advice: SignInAdvice { lookup.advice ?? .usual(registry) }

    /// The registry, and which one it is where a command has two.
    private var name: String { "\(registry)" + (lookup.advice?.side.map { " (\($0))" } ?? "") }

    private var outcome: String {
        guard let scope, !scope.items.isEmpty else { return "" }
        let asked = "; asked scope \(scope.items.joined(separator: " ").truncated(to: 300))"
        return asked + (granted.map { ", was granted: \($0)" } ?? "")
    }
}
