import Diagnostics
import Foundation
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

@Suite(.timed, .timeLimit(.minutes(5))) struct CredentialFileStoreTests {
    private static let password = Credential(username: "ci", password: "hush-word", source: "test")

    private let helpers: FakeHelpers
    private let registry: RegistryName

    init() throws {
        helpers = try FakeHelpers()
        registry = try RegistryName(parsing: "r.example")
    }

    private func kept(_ text: String) throws -> CredentialFileStore {
        let path = try helpers.scratch.write(Array(text.utf8), to: "config.json")
        return CredentialFileStore(at: path, shownAs: "C", environment: helpers.environment)
    }

    private func text() throws -> String {
        try String(contentsOfFile: helpers.scratch.appending("config.json").string, encoding: .utf8)
    }

    static let unusable: [(suffix: String, code: Failure.Code, why: String)] = [
        ("missing", .helperMissing, "not on PATH"),
        ("../../x", .configurationInvalid, "a name that leads elsewhere"),
    ]

    @Test("checks the helper before a password is entered", arguments: unusable)
    func check(suffix: String, code: Failure.Code, why: String) async throws {
        let kept = try kept(#"{"credsStore":"\#(suffix)"}"#)
        let failure = await #expect(throws: Failure.self, "\(why)") { try await kept.check(for: registry) }
        #expect(failure?.code == code, "\(why)")
        try helpers.add("there", "")
        try await self.kept(#"{"credsStore":"there"}"#).check(for: registry)
        #expect(helpers.calls == [])
    }

    @Test(
        "removes the file's entry even if the helper fails, and reports the failure",
        arguments: unusable
    )
    func removal(suffix: String, code: Failure.Code, why: String) async throws {
        let kept = try kept(#"{"credsStore":"\#(suffix)","auths":{"r.example":{"auth":"dTpw"}}}"#)
        let failure = await #expect(throws: Failure.self, "\(why)") { try await kept.remove(registry) }
        #expect(failure?.code == code, "\(why)")
        #expect(failure?.why?.hasSuffix("the entry in C was removed anyway") == true, "\(why)")
        #expect(try !text().contains("r.example"), "\(why)")
        let again = await #expect(throws: Failure.self, "\(why)") { try await kept.remove(registry) }
        #expect(again?.why?.hasSuffix("removed anyway") != true, "\(why)")
    }

    @Test func `does not write a file over the limit for reading`() async throws {
        // In the written file, each of them is indented by sixty tabs.
        let depth = 60
        let before =
            #"{"x":"# + String(repeating: "[", count: depth) + String(repeating: "1,", count: 80_000) + "1"
            + String(repeating: "]", count: depth) + "}"
        let kept = try kept(before)
        let failure = await #expect(throws: Failure.self) {
            try await kept.store(Self.password, for: registry)
        }
        #expect(failure?.code == .configurationInvalid)
        #expect(try text() == before)
    }
}
