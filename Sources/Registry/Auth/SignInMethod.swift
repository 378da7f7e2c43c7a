import Diagnostics
import HTTPTransport
import OCI

/// How a registry wants to be convinced: the challenge that is answered, read.
enum SignInMethod: Hashable, Sendable {
    /// A user name and a password with each request (RFC 7617).
    case basic
    /// A token of a token service (RFC 6750; distribution's token specification).
    case bearer(TokenRealm)

    /// Reads a challenge, and has its realm judged.
    ///
    /// Throws ``Failure/Code/protocolViolation`` for a realm that is no address, and what the policy refuses it with.
    init(
        _ challenge: AuthChallenge,
        of registry: RegistryName,
        at url: HTTPURL,
        policy: URLPolicy
    ) throws(Failure) {
        guard challenge.scheme == "bearer" else {
            self = .basic
            return
        }
        let realm = challenge.parameters["realm"] ?? ""
        let address: HTTPURL
        do throws(TransferError) {
            address = try url.resolving(realm)
        } catch {
            throw Failure(
                .protocolViolation,
                "\(registry) names a token service that is no address: \"\(realm.truncated(to: 200))\"",
                why: error.detail
            )
        }
        self = .bearer(
            TokenRealm(
                url: try policy.checked(address, as: .realm),
                service: challenge.parameters["service"]
            )
        )
    }
}

/// A token service, and for whom it is asked.
struct TokenRealm: Hashable, Sendable {
    /// Where it is; a query that the challenge gave it is kept.
    let url: HTTPURL
    /// What the registry calls itself there.
    let service: String?
}

extension AuthChallenge {
    /// Whether the token that was sent is good, but not for this (RFC 6750 §3.1).
    var asksForMore: Bool { scheme == "bearer" && parameters["error"] == "insufficient_scope" }
}

extension [AuthChallenge] {
    /// The challenge to answer: Bearer before Basic, whatever else there is.
    var preferred: AuthChallenge? {
        first { $0.scheme == "bearer" && $0.parameters["realm"]?.isEmpty == false }
            ?? first { $0.scheme == "basic" }
    }
}
