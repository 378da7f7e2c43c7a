import Diagnostics
import OCI

/// What to write in place of a url.
extension ModuleURL {
    /// Returns what to write for a url without its scheme; never a user, a password, a query or a fragment.
    static func advice(_ text: some StringProtocol) -> String {
        "write oci://" + String(withoutUser(text).prefix { !"?#".contains($0) }).truncated(to: 200)
    }

    /// Returns a url without its scheme and user: what follows the last `@` that is not before a digest.
    ///
    /// If it is not clear what the `@` means, returns the form of a url, because a part may be a password.
    private static func withoutUser(_ text: some StringProtocol) -> String {
        var end = text.endIndex
        while let position = text[..<end].lastIndex(of: "@") {
            let rest = text[text.index(after: position)...]
            guard rest.hasPrefix("sha256:") || rest.hasPrefix("sha512:") else {
                let isAuthority = !text[..<position].contains { "/?#".contains($0) }
                return isAuthority && rest.contains("/") ? String(rest) : "HOST/REPOSITORY:TAG"
            }
            end = position
        }
        return String(text)
    }

    /// Returns the url of an image in the form of another url: with `oci://`, unless Envoy Gateway's url had none.
    static func text(of reference: Reference, like url: String, as parser: Parser) -> String {
        parser == .envoyGateway && !url.hasPrefix("oci://") ? "\(reference)" : "oci://\(reference)"
    }
}
