import Diagnostics
import OCI

/// A token of a token service, with its time of expiry.
struct BearerToken: Sendable {
    /// The minimum lifetime of a token, in seconds (distribution's token specification).
    private static let leastLifetime = 60.0
    /// The maximum time of use of a token, in seconds.
    private static let greatestLifetime = 24 * 3600.0
    /// The time before its expiry at which a token is renewed, in seconds.
    private static let margin = 5.0

    let text: String
    /// The identity token for the next request, if the service replaced the old one.
    let refreshToken: String?
    /// The time from which the token is not used.
    let end: ContinuousClock.Instant

    /// Whether the token has not expired.
    var isFresh: Bool { ContinuousClock.now < end }

    /// Parses the response of a token service.
    ///
    /// The lifetime starts at the time of the request on this machine's clock. `issued_at` is ignored,
    /// because the service's clock may be wrong. Throws ``Failure/Code/protocolViolation``, which never
    /// quotes the response.
    init(answer: [UInt8], from realm: String, now: ContinuousClock.Instant = .now) throws(Failure) {
        struct Answer: Decodable {
            let token: String?
            let access_token: String?
            let refresh_token: String?
            let expires_in: Double?

            enum CodingKeys: CodingKey { case token, access_token, refresh_token, expires_in }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                token = try container.decodeIfPresent(String.self, forKey: .token)
                access_token = try container.decodeIfPresent(String.self, forKey: .access_token)
                refresh_token = try? container.decode(String.self, forKey: .refresh_token)
                // The member is only a hint, so an invalid value does not invalidate the token.
                expires_in = try? container.decode(Double.self, forKey: .expires_in)
            }
        }
        let parsed: Answer
        do throws(Failure) {
            parsed = try CanonicalJSON.decode(
                Answer.self,
                from: answer,
                as: "answer of the token service",
                failing: .protocolViolation
            )
        } catch {
            throw Failure(.protocolViolation, "the response of \(realm) is not that of a token service")
        }
        guard
            let token = [parsed.token, parsed.access_token].compactMap(\.self).first(where: { !$0.isEmpty })
        else {
            throw Failure(.protocolViolation, "the response of \(realm) has no token")
        }
        guard token.isBearerToken else {
            throw Failure(.protocolViolation, "the token from \(realm) contains invalid characters")
        }
        text = token
        refreshToken = parsed.refresh_token.flatMap { $0.isEmpty ? nil : $0 }
        let lifetime = min(max(parsed.expires_in ?? 0, Self.leastLifetime), Self.greatestLifetime)
        end = now + .seconds(lifetime - Self.margin)
    }
}

extension BearerToken: CustomStringConvertible, CustomReflectable {
    /// A fixed text without the token.
    var description: String { "a token" }
    /// An empty mirror, because the default mirror would show the token.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
