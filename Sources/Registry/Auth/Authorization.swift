import Diagnostics
import OCI

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// A value of the `Authorization` field, and what it stands for.
struct Authorization: Sendable {
    /// What a value can be used for, and whose it is.
    struct Key: Hashable, Sendable {
        let method: SignInMethod
        let scope: Scope
        /// Whether it was got without the credential.
        let isAnonymous: Bool
    }

    let value: String
    /// `nil` for a token that the registry takes as it is, whatever the method.
    let key: Key?
    /// The token in it, if a token service gave it.
    let token: BearerToken?

    var isFresh: Bool { token?.isFresh ?? true }
}

extension Authorization: CustomStringConvertible, CustomReflectable {
    /// Never the value.
    var description: String { "an authorization" }
    /// Nothing: a mirror would show the value.
    var customMirror: Mirror { Mirror(self, children: [:]) }
}

extension Credential {
    /// The value of `Authorization` for the Basic scheme (RFC 7617), if there is a password.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for a user name that the scheme cannot carry: one with a colon or a
    /// control character, or outside ASCII, which servers read in different ways.
    func basicAuthorization() throws(Failure) -> String? {
        guard let password else { return nil }
        return try basicAuthorization(with: password)
    }

    /// The same with something else in the password's place.
    func basicAuthorization(with password: String) throws(Failure) -> String? {
        guard let username else { return nil }
        guard let wrong = username.unicodeScalars.first(where: { !$0.mayStandInUserName }) else {
            return "Basic " + base64(with: password)
        }
        throw Failure(
            .configurationInvalid,
            "the user name from \(source) cannot be sent",
            why: wrong == ":"
                ? "it has a colon, which ends a user name"
                : "it has U+\(String(wrong.value, digits: 4, isUpperCase: true)), which is a control character",
            try: ["correct the user name"]
        )
    }

    /// The user name, a colon and a password as Basic and docker's configuration write them: in base64.
    func base64(with password: String) -> String {
        Data("\(username ?? ""):\(password)".utf8).base64EncodedString()
    }

    /// The value of `Authorization` for a token that the registry takes as it is; `nil` for anything else.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for one that no field can carry (RFC 6750 §2.1).
    func registryTokenAuthorization() throws(Failure) -> String? {
        guard case .registryToken(let token) = secret else { return nil }
        guard token.isBearerToken else {
            throw Failure(
                .configurationInvalid,
                "the registry token from \(source) cannot be sent",
                why: "it is empty, or has a character that is no printable ASCII",
                try: ["correct the token"]
            )
        }
        return "Bearer \(token)"
    }

    /// The secret as it travels: in none of these forms may it be shown.
    var secrets: [String] {
        switch secret {
        case .password(let text), .identityToken(let text): [text, base64(with: text)]
        case .registryToken(let text): [text]
        }
    }
}

extension String {
    /// Whether it can stand behind `Bearer`: printable ASCII without a space.
    var isBearerToken: Bool { !isEmpty && utf8.allSatisfy { (0x21...0x7E).contains($0) } }
}

extension Unicode.Scalar {
    /// RFC 7617 §2: neither a control character nor a colon; UTF-8, as docker sends it, is for the server to understand.
    fileprivate var mayStandInUserName: Bool { properties.generalCategory != .control && self != ":" }
}
