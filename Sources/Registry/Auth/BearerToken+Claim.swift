import Diagnostics
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

extension BearerToken {
    /// Returns the actions that the token's claims allow for a scope's first item, for example `pull`, or
    /// `nothing`; `nil` without such claims.
    ///
    /// A token service may silently grant less than requested. Its tokens are often JWTs with an `access`
    /// claim (token specification, "Token Claims"). The signature is not verified, so the result is only for
    /// messages.
    func granted(of scope: Scope) -> String? {
        struct Claims: Decodable {
            struct Access: Decodable {
                let type: String
                let name: String
                let actions: [String]?
            }
            let access: [Access]?
        }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard let wanted = scope.items.first, parts.count == 3, let claims = parts[1].base64URLDecoded,
            let access = try? CanonicalJSON.decode(
                Claims.self,
                from: claims,
                as: "token",
                failing: .protocolViolation
            ).access
        else { return nil }
        let actions = access.filter { wanted.hasPrefix("\($0.type):\($0.name):") }.flatMap {
            $0.actions ?? []
        }
        return actions.isEmpty ? "nothing" : actions.joined(separator: ",").truncated(to: 100)
    }
}

extension Substring {
    /// The decoded bytes of base64url without padding (RFC 7515 §2).
    fileprivate var base64URLDecoded: [UInt8]? {
        let standard = replacing("-", with: "+").replacing("_", with: "/")
        let padding = String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4)
        return Data(base64Encoded: standard + padding).map { [UInt8]($0) }
    }
}
