import Diagnostics
import HTTPTransport
import OCI

/// An authentication method of a registry, parsed from a challenge.
enum SignInMethod: Hashable, Sendable {
    /// A user name and a password with each request (RFC 7617).
    case basic
    /// A token from a token service (RFC 6750; distribution's token specification).
    case bearer(TokenRealm)

    /// Parses a challenge, and checks its realm against the policy.
    ///
    /// Throws ``Failure/Code/protocolViolation`` for a realm that is not a URL, and the failures of the
    /// policy.
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
                "\(registry) names a token service with an invalid URL: \"\(realm.truncated(to: 200))\"",
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

/// A token service, with the registry's name there.
struct TokenRealm: Hashable, Sendable {
    /// The URL of the token service, with the query from the challenge.
    let url: HTTPURL
    /// The registry's name at the token service.
    let service: String?
}

extension AuthChallenge {
    /// Whether the token is valid but its scope is insufficient (RFC 6750 §3.1).
    var asksForMore: Bool { scheme == "bearer" && parameters["error"] == "insufficient_scope" }
}

extension [AuthChallenge] {
    /// The challenge to answer: Bearer has priority over Basic, and other schemes are ignored.
    var preferred: AuthChallenge? {
        first { $0.scheme == "bearer" && $0.parameters["realm"]?.isEmpty == false }
            ?? first { $0.scheme == "basic" }
    }
}
