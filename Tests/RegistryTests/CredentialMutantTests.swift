import Diagnostics
import Foundation
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

/// Five hundred seeded mutants of each form of a credential file: a result or a clear failure, without a secret.
@Suite(.long, .timed, .timeLimit(.minutes(5)))
struct CredentialMutantLongTests {
    private static let auths =
        #"{"registry.example":{"auth":"dTpodXNoLXdvcmQ=","email":null},"https://index.docker.io/v1/":"#
        + #"{"username":"u","password":"hush-word"},"*.example/team":{"identitytoken":"hush-token"}}"#
    private static let config =
        #"{"auths":\#(auths),"credHelpers":{"other.example":"missing"},"HttpHeaders":{"X-A":"b"},"detachKeys":"ctrl-e,e"}"#

    static let forms: [(name: String, text: String)] = [
        ("config.json", config), (".dockercfg", auths), (".dockerconfigjson", config),
        (
            "secret",
            #"{"apiVersion":"v1","kind":"Secret","metadata":{"name":"pull"},"type":"kubernetes.io/dockerconfigjson","#
                + #""data":{".dockerconfigjson":"\#(Data(config.utf8).base64EncodedString())"}}"#
        ),
    ]

    private func expectClear(_ failure: Failure, _ text: [UInt8]) {
        let faults = Clarity.faults(in: failure.description)
        let secrets = Secrets.found(in: failure.description)
        #expect(faults == [] && secrets == [], "\(failure)\n\(String(decoding: text, as: UTF8.self))")
        #expect(
            [.configurationInvalid, .helperMissing, .helperFailed, .fileUnreadable].contains(failure.code),
            "\(failure)"
        )
    }

    @Test("reading", arguments: forms)
    func reading(name: String, text: String) async throws {
        let scratch = try ScratchDirectory()
        let (registry, repository) = try (
            RegistryName(parsing: "registry.example"), RepositoryName(parsing: "team/plugin")
        )
        var mutator = Mutator(seed: 4)
        var found = 0
        for _ in 0..<500 {
            let mutant = mutator.json(Array(text.utf8))
            let path = try scratch.write(mutant, to: "folder/\(name)")
            chmod(path.string, 0o600)
            let config = DockerConfig(explicit: path, usesTLS: true, helpers: CredentialHelpers())
            do throws(Failure) {
                let lookup = try await config.lookUp(registry, repository, for: .push)
                if lookup.credential != nil { found += 1 }
                for warning in lookup.warnings {
                    #expect(
                        Clarity.faults(in: warning) == [] && Secrets.found(in: warning) == [],
                        "\(warning)"
                    )
                }
            } catch {
                expectClear(error, mutant)
            }
            #expect(try tree(scratch.path) == ["folder", "folder/\(name)"])
        }
        #expect(found > 10 && found < 500)
    }

    @Test func `editing keeps a document that it can read again`() throws {
        let registry = try RegistryName(parsing: "registry.example")
        let credential = Credential(username: "n", password: "hush-new", source: "test")
        var mutator = Mutator(seed: 5)
        var edited = 0
        for _ in 0..<500 {
            let mutant = mutator.json(Array(Self.config.utf8))
            do throws(Failure) {
                var edit = try DockerConfigEdit(parsing: mutant, as: "config.json")
                _ = try edit.helper(for: registry)
                try edit.set(credential, for: registry)
                let again = try DockerConfigEdit(parsing: edit.root.bytes, as: "config.json")
                #expect(again.root.bytes == edit.root.bytes)
                #expect(again.keys(of: registry).contains("registry.example"))
                edited += 1
            } catch {
                expectClear(error, mutant)
            }
        }
        #expect(edited > 50 && edited < 500)
    }
}
