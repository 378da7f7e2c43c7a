import Foundation
import TestSupport
import Testing

/// Real registries differ from the specification; a push, a second push and a pull work with all of them.
///
/// Each profile of the scripted registry has the reported quirks of the registry that it is named after.
@Suite(.timed, .timeLimit(.minutes(10))) struct ProfileTests {
    /// A profile, and the user that logs in.
    struct Profile: Sendable, CustomTestStringConvertible {
        let name: String
        var user = "ci"
        /// Whether its stored credential is an identity token.
        var hasIdentityToken = false
        /// Whether it mounts blobs from another repository.
        var mounts = true
        /// Whether it accepts chunked uploads.
        var takesChunks = true

        var testDescription: String { name }
    }

    static let profiles = [
        Profile(name: "hub", mounts: false), Profile(name: "ghcr"),
        Profile(name: "gar", user: "oauth2accesstoken", takesChunks: false),
        Profile(name: "ecr", user: "AWS"), Profile(name: "ecr-public", user: "AWS"),
        Profile(name: "azure", user: "00000000-0000-0000-0000-000000000000", hasIdentityToken: true),
        Profile(name: "acr-aliyun"), Profile(name: "quay", user: "team+robot"),
        Profile(name: "harbor", user: "robot$ci", mounts: false), Profile(name: "gitlab"),
        Profile(name: "artifactory"),
        Profile(name: "pulp"), Profile(name: "distribution", mounts: false), Profile(name: "odd"),
    ]

    /// Two modules and their layouts, built once: one that fits into any size limit, and one of several chunks.
    struct Images: Sendable {
        let work: Workspace
        let modules: [String: [UInt8]]

        static let shared = Task {
            let work = try Workspace()
            let modules = ["small": Modules.tiny, "large": SampleModule.incompressible(size: 9_000_000)]
            for (name, module) in modules {
                try work.write(module, to: "\(name).wasm")
                let run = try await work.run("build", "\(name).wasm", "--layout", name)
                if run.status != 0 { throw PeerError("\(run)") }
            }
            return Images(work: work, modules: modules)
        }

        func layout(_ name: String) -> String { work.path(name) }
    }

    @Test("pushes, pushes again and pulls", arguments: profiles)
    func roundTrip(profile: Profile) async throws { try await Self.roundTrip(profile, "small") }

    static func roundTrip(_ profile: Profile, _ size: String) async throws {
        let images = try await Images.shared.value
        let peer = try await Peer(profile)
        let pushed = try await peer.run("push", peer.reference, images.layout(size))
        #expect(pushed.status == 0, "\(pushed)")
        try await expectNothingSent(by: peer, images.layout(size))
        let pulled = try await peer.run("pull", peer.reference, "-o", "back.wasm")
        #expect(pulled.status == 0, "\(pulled)")
        #expect(pulled.outputText == pushed.outputText)
        #expect(try peer.work.bytes(of: "back.wasm") == images.modules[size])
    }

    /// On a network that cuts every long body, a blob is uploaded in chunks, which registries answer differently.
    @Test(
        "uploads a blob in chunks if a whole one does not get through",
        arguments: profiles.filter { ["ecr", "quay", "odd"].contains($0.name) }
    )
    func chunks(profile: Profile) async throws { try await Self.chunks(profile) }

    static func chunks(_ profile: Profile) async throws {
        let images = try await Images.shared.value
        let peer = try await Peer(profile)
        let isLong = #""method":"PUT|PATCH","path":"/blobs/uploads/","over":4194304"#
        try await peer.registry.order(#"[{\#(isLong),"cut_upload":1000000,"reset":true}]"#)
        let pushed = try await peer.run("push", peer.reference, images.layout("large"))
        #expect(pushed.status == 0, "\(pushed)")
        #expect(try await peer.registry.requests().contains { $0.hasPrefix("PATCH") })
        let pulled = try await peer.run("pull", peer.reference, "-o", "back.wasm")
        #expect(pulled.status == 0, "\(pulled)")
        #expect(try peer.work.bytes(of: "back.wasm") == images.modules["large"])
    }

    @Test func `does not move an immutable tag`() async throws {
        let images = try await Images.shared.value
        let peer = try await Peer(try #require(Self.profiles.first { $0.name == "artifactory" }))
        let first = try await peer.run("push", peer.reference, images.layout("small"))
        #expect(first.status == 0, "\(first)")
        let second = try await peer.run("push", peer.reference, images.layout("large"))
        #expect(second.status == 77, "\(second)")
        #expect(second.errorText.contains("not enough permissions to delete"), "\(second)")
        let pulled = try await peer.run("pull", peer.reference, "-o", "back.wasm")
        #expect(pulled.outputText == first.outputText, "\(pulled)")
    }

    private static func expectNothingSent(by peer: Peer, _ layout: String) async throws {
        let before = try await peer.registry.requests().count
        let again = try await peer.run("push", peer.reference, layout)
        #expect(again.status == 0, "\(again)")
        let sent = try await peer.registry.requests().dropFirst(before).filter {
            $0.contains("/v2/") && !$0.hasPrefix("GET") && !$0.hasPrefix("HEAD")
        }
        #expect(sent.isEmpty)
    }
}

/// The same with mounts, and with nine megabytes, which registries accept whole or in chunks.
@Suite(.long, .timed, .timeLimit(.minutes(10))) struct ProfileLongTests {
    @Test("uploads a blob if the mount is rejected", arguments: ProfileTests.profiles)
    func mount(profile: ProfileTests.Profile) async throws {
        let layout = try await ProfileTests.Images.shared.value.layout("small")
        let peer = try await Peer(profile)
        let first = try await peer.run("push", peer.reference, layout)
        #expect(first.status == 0, "\(first)")
        let before = try await peer.registry.requests().count
        let second = "\(peer.registry.name)/test/second:v1"
        let pushed = try await peer.run("push", second, layout, "--mount-from", "test/plugin")
        #expect(pushed.status == 0, "\(pushed)")
        let sent = try await peer.registry.requests().dropFirst(before).filter {
            $0.hasPrefix("PUT /v2/test/second/blobs/uploads/")
        }
        #expect(sent.isEmpty == profile.mounts, "\(sent)")
        let pulled = try await peer.run("pull", second, "-o", "back.wasm")
        #expect(pulled.status == 0, "\(pulled)")
        #expect(try peer.work.bytes(of: "back.wasm") == Modules.tiny)
    }

    @Test("pushes, pushes again and pulls a large module", arguments: ProfileTests.profiles)
    func roundTrip(profile: ProfileTests.Profile) async throws {
        try await ProfileTests.roundTrip(profile, "large")
    }

    @Test(
        "uploads a blob in chunks to each registry that accepts them",
        arguments: ProfileTests.profiles.filter(\.takesChunks)
    )
    func chunks(profile: ProfileTests.Profile) async throws { try await ProfileTests.chunks(profile) }
}

/// A registry with a profile, and a user with push access.
private struct Peer {
    let work: Workspace
    let registry: ScriptedRegistry
    let access: [String]
    let input: String

    var reference: String { "\(registry.name)/test/plugin:v1" }

    init(_ profile: ProfileTests.Profile) async throws {
        let secret = Secrets.password()
        work = try Workspace()
        if profile.hasIdentityToken {
            registry = try await ScriptedRegistry("--profile", profile.name, "--identity-token", secret)
            let user = Data("\(profile.user):".utf8).base64EncodedString()
            let config = #"{"auths":{"\#(registry.name)":{"auth":"\#(user)","identitytoken":"\#(secret)"}}}"#
            try work.write(Array(config.utf8), to: "home/.docker/config.json")
            (access, input) = ([], "")
        } else {
            registry = try await ScriptedRegistry(
                "--profile",
                profile.name,
                "--user",
                "\(profile.user):\(secret)"
            )
            (access, input) = (["--username", profile.user, "--password-stdin"], secret + "\n")
        }
    }

    func run(_ arguments: String...) async throws -> CommandLineRun {
        try await work.start(arguments + access + ["--plain-http"], input: input).wait()
    }
}
