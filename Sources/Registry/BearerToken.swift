import Diagnostics
import OCI

/// A token of a token service, and how long it may be used.
struct BearerToken: Sendable {
    /// What tokens live at least, in seconds (distribution's token specification).
    private static let leastLifetime = 60
    /// How long before its end a token is not used any more, in seconds.
    private static let margin = 5

    let text: String
    private let end: ContinuousClock.Instant

    /// Whether it can still be expected to work.
    var isFresh: Bool { ContinuousClock.now < end }

    /// Reads the answer of a token service.
    ///
    /// The lifetime counts from now on this machine's own clock, so that no other clock has to be right. Throws
    /// ``Failure/Code/protocolViolation``; the answer itself is never shown.
    init(answer: [UInt8], from realm: String) throws(Failure) {
        struct Answer: Decodable {
            let token: String?
            let access_token: String?
            let expires_in: Int?
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
        text = token
        let lifetime = min(max(parsed.expires_in ?? 0, Self.leastLifetime), 24 * 3600)
        end = .now + .seconds(lifetime - Self.margin)
    }
}
