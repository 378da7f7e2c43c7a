package import Diagnostics
import HostSystem
import OCI
import Synchronization

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The accounts of a registry.
package struct Accounts: Sendable {
    private enum Secret: Sendable {
        case password([UInt8])
        /// A bcrypt hash, as `htpasswd -B` writes it.
        case bcrypt(String)
    }

    private let secrets: [String: Secret]
    private let accepted = AcceptedPasswords()

    /// One account.
    package init(_ name: String, password: String) { secrets = [name: .password(Array(password.utf8))] }

    /// Reads the lines `NAME:HASH` of a file that `htpasswd -B` made.
    ///
    /// - Parameters:
    ///   - text: the content of the file.
    ///   - path: its name for messages.
    /// - Throws: ``Failure/Code/configurationInvalid`` for a line without a name or with another kind of hash, and for no line at all;
    ///   ``Failure/Code/libraryUnusable`` if this system cannot verify bcrypt.
    package init(htpasswd text: String, from path: String) throws(Failure) {
        var secrets: [String: Secret] = [:]
        for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            .enumerated()
        {
            if line.allSatisfy(\.isWhitespace) || line.hasPrefix("#") { continue }
            let name = line.prefix { $0 != ":" }
            let hash = line.dropFirst(name.count + 1)
            guard !name.isEmpty, ["$2a$", "$2b$", "$2y$"].contains(where: hash.hasPrefix) else {
                throw Failure(
                    .configurationInvalid,
                    "line \(number + 1) of \(path) is not NAME:HASH with a bcrypt hash",
                    try: ["htpasswd -B \(path) NAME"]
                )
            }
            secrets[String(name)] = .bcrypt(String(hash))
        }
        guard !secrets.isEmpty else {
            throw Failure(.configurationInvalid, "\(path) has no account", try: ["htpasswd -B \(path) NAME"])
        }
        try PasswordHash.require()
        self.secrets = secrets
    }

    /// Returns whether an account exists and has a password.
    func accept(_ name: String, _ password: String) -> Bool {
        let given = Array(password.utf8)
        switch secrets[name] {
        case nil: return false
        case .password(let password)?: return Self.areEqual(given, password)
        case .bcrypt(let hash)?:
            // bcrypt is slow on purpose; clients repeat the password with every request.
            let key = Digest(of: Array("\(name):\(hash):".utf8) + given)
            if accepted.contains(key) { return true }
            guard PasswordHash.matches(password, hash) else { return false }
            accepted.insert(key)
            return true
        }
    }

    /// Compares without telling by the time where the texts differ.
    static func areEqual(_ first: [UInt8], _ second: [UInt8]) -> Bool {
        let difference = zip(first, second).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) }
        return first.count == second.count && difference == 0
    }
}

/// The digests of passwords that were accepted.
private final class AcceptedPasswords: Sendable {
    private let digests = Mutex<Set<Digest>>([])

    func contains(_ digest: Digest) -> Bool { digests.withLock { $0.contains(digest) } }

    func insert(_ digest: Digest) {
        digests.withLock { digests in
            if digests.count >= 1000 { digests = [] }
            digests.insert(digest)
        }
    }
}

/// Base64 of credentials.
enum Base64 {
    static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { [UInt8]($0) } }
}
