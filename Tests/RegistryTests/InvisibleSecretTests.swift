import Diagnostics
import HTTPTransport
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

/// A rejected secret with an invisible character at its end: the message says so, without the secret.
@Suite struct InvisibleSecretTests {
    static let endings: [(secret: String, description: String?, why: String)] = [
        ("hush\n", "ends in a line end", "echo"),
        ("hush\r\n", "ends in a line end", "Windows"),
        ("hush\r", "ends in a line end", "half of it"),
        ("hush ", "ends in a blank", "a blank"),
        ("hush\t", "ends in a blank", "a tab"),
        ("hush\u{A0}", "ends in a blank", "a web page's blank"),
        ("hush\u{200B}", "ends in a blank", "a web page's width of zero"),
        (" hush", "begins with a blank", "at the start"),
        ("\u{FEFF}hush", "begins with a byte order mark", "a Windows file"),
        ("hush", nil, "an ordinary one"),
        ("hu sh", nil, "within"),
        ("", nil, "nothing"),
    ]

    @Test("describes invisible characters at the ends of every kind of secret", arguments: endings)
    func ends(secret: String, description: String?, why: String) {
        let all = [
            Credential(username: "ci", password: secret, source: "a file"),
            Credential(identityToken: secret, source: "a file"),
            Credential(registryToken: secret, source: "a file"),
        ]
        for credential in all { #expect(credential.invisibleEnds == description, "\(why)") }
    }

    @Test("a rejection mentions them", arguments: endings)
    func rejection(secret: String, description: String?, why: String) throws {
        let registry = try RegistryName(parsing: "r.example")
        for isExplicit in [true, false] {
            let credential = Credential(username: "ci", password: secret, source: "$WASMPACK_USERNAME")
            let lookup = CredentialLookup(credential, sources: ["x"], isExplicit: isExplicit)
            let failure = AuthContext(registry: registry, lookup: lookup).rejected(credential, "401", nil)
            #expect(failure.why?.contains(description ?? "may have expired") == true, "\(why): \(failure)")
            #expect("\(failure.hints)".contains("printf %s") == (description != nil), "\(why)")
            #expect(!"\(failure)".contains("hush"))
        }
    }
}
