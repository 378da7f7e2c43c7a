import Diagnostics
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A value of the `Authorization` field, with its purpose.
struct Authorization: Sendable {
    /// The method, scope and holder of a value.
    struct Key: Hashable, Sendable {
        let method: SignInMethod
        let scope: Scope
        /// Whether the value was requested without the credential.
        let isAnonymous: Bool
    }

    let value: String
    /// `nil` for a registry token, which is independent of the method.
    let key: Key?
    /// The token in the value, if it comes from a token service.
    let token: BearerToken?

    var isFresh: Bool { token?.isFresh ?? true }

    /// Whether it was requested for another scope.
    func lacks(_ scope: Scope) -> Bool { key.map { $0.scope != scope } ?? false }
}

extension Authorization: CustomStringConvertible, CustomReflectable {
    /// A fixed text without the value.
    var description: String { "an authorization" }
    /// An empty mirror, because the default mirror would show the value.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Credential {
    /// Returns the value of `Authorization` for the Basic scheme (RFC 7617); `nil` without a password.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for a user name with a colon or a control character,
    /// which the scheme does not allow.
    func basicAuthorization() throws(Failure) -> String? {
        guard let password else { return nil }
        return try basicAuthorization(with: password)
    }

    /// Returns the value of `Authorization` for the Basic scheme with another password.
    func basicAuthorization(with password: String) throws(Failure) -> String? {
        guard let username else { return nil }
        guard let wrong = username.unicodeScalars.first(where: { !$0.isAllowedInUserName }) else {
            return "Basic " + base64(with: password)
        }
        throw Failure(
            .configurationInvalid,
            "the user name from \(source) cannot be sent",
            why: wrong == ":"
                ? "it contains a colon, which is not allowed in a user name"
                : "it contains the control character U+\(String(wrong.value, digits: 4, isUpperCase: true))",
            try: ["correct the user name"]
        )
    }

    /// Returns base64 of the user name, a colon and a password, as Basic and docker's configuration use it.
    func base64(with password: String) -> String {
        Data("\(username ?? ""):\(password)".utf8).base64EncodedString()
    }

    /// Returns the value of `Authorization` for a registry token; `nil` for other secrets.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for a token that is not valid in a header field (RFC 6750
    /// §2.1).
    func registryTokenAuthorization() throws(Failure) -> String? {
        guard case .registryToken(let token) = secret else { return nil }
        guard token.isBearerToken else {
            throw Failure(
                .configurationInvalid,
                "the registry token from \(source) cannot be sent",
                why: invisibleEnds.map { "it \($0)" }
                    ?? "it is empty, or contains a character that is not printable ASCII",
                try: ["correct the token"]
            )
        }
        return "Bearer \(token)"
    }

    /// The forms in which the secret is sent; none of them may be shown.
    var secrets: [String] {
        switch secret {
        case .password(let text), .identityToken(let text): [text, base64(with: text)]
        case .registryToken(let text): [text]
        }
    }
}

extension String {
    /// Whether the text is a valid Bearer token: printable ASCII without spaces.
    var isBearerToken: Bool { !isEmpty && utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}

extension Unicode.Scalar {
    /// Whether RFC 7617 §2 allows the character: neither a control character nor a colon.
    ///
    /// User names outside ASCII are sent as UTF-8, like docker does.
    fileprivate var isAllowedInUserName: Bool { properties.generalCategory != .control && self != ":" }
}
