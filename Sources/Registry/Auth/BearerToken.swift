import Diagnostics
import OCI

/// A token of a token service, and how long it may be used.
struct BearerToken: Sendable {
    /// What tokens live at least, in seconds (distribution's token specification).
    private static let leastLifetime = 60.0
    /// After how long a token is renewed in any case, in seconds.
    private static let greatestLifetime = 24 * 3600.0
    /// How long before its end a token is not used any more, in seconds.
    private static let margin = 5.0

    let text: String
    /// What the service wants to be shown the next time in place of an identity token.
    let refreshToken: String?
    /// From when on it is not used any more.
    let end: ContinuousClock.Instant

    /// Whether it can still be expected to work.
    var isFresh: Bool { ContinuousClock.now < end }

    /// Reads the answer of a token service.
    ///
    /// The lifetime counts from when the service was asked, on this machine's own clock, so that no other clock has to
    /// be right: `issued_at` is not looked at. Throws ``Failure/Code/protocolViolation``; the answer itself is never
    /// shown.
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
                // Only a hint: whatever it is, the token is as good as it is.
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
            throw Failure(.protocolViolation, "\(realm) does not answer like a token service")
        }
        guard
            let token = [parsed.token, parsed.access_token].compactMap(\.self).first(where: { !$0.isEmpty })
        else {
            throw Failure(.protocolViolation, "no token in response of \(realm)")
        }
        guard token.isBearerToken else {
            throw Failure(.protocolViolation, "\(realm) gives a token that no request can carry")
        }
        text = token
        refreshToken = parsed.refresh_token.flatMap { $0.isEmpty ? nil : $0 }
        let lifetime = min(max(parsed.expires_in ?? 0, Self.leastLifetime), Self.greatestLifetime)
        end = now + .seconds(lifetime - Self.margin)
    }
}

extension BearerToken: CustomStringConvertible, CustomReflectable {
    /// Never the token itself.
    var description: String { "a token" }
    /// Nothing: a mirror would show the token.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}
