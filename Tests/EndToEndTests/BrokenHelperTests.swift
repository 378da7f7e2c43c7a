import Foundation
import TestSupport
import Testing

/// CVE-2021-41092: when a credential helper failed, another program took its credentials to Docker Hub.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Internet.isPossible, Internet.whySkipped))
struct BrokenHelperTests {
    static let helpers: [(name: String, script: String?)] = [
        ("the helper is missing", nil),
        ("it fails", "echo 'no keychain'; exit 1"),
        ("it crashes", "kill -SEGV $$"),
        ("it says nothing", "exit 0"),
        ("it answers for another host", ##"echo '{"ServerURL":"https://index.docker.io/v1/"}'"##),
    ]

    @Test(
        "CVE-2021-41092: a broken helper does not cause requests to other hosts",
        arguments: helpers.indices
    )
    func brokenHelper(number: Int) async throws {
        let (name, script) = Self.helpers[number]
        let work = try Workspace()
        if let script {
            try work.writeScript("#!/bin/sh\n\(script)\n", to: "bin/docker-credential-broken")
        }
        // The file also has credentials for other registries.
        let auth = Data("ci:\(Internet.password)".utf8).base64EncodedString()
        let hosts = ["https://index.docker.io/v1/", "docker.io", Internet.stranger]
        let config = """
            {"credHelpers":{"\(Internet.registry)":"broken"},
             "auths":{\(hosts.map { "\"\($0)\":{\"auth\":\"\(auth)\"}" }.joined(separator: ","))}}
            """
        try work.write(Array(config.utf8), to: "home/.docker/config.json")
        try work.protect("home/.docker/config.json", 0o600)
        let reference = "\(Internet.registry)/team/other:v1"
        let result = try await Internet().run(
            ["push", reference, "module.wasm", "-v"],
            rules: [:],
            input: "",
            in: work
        )
        #expect(result.status == 78, "\(name): \(result)")
        #expect(result.stderr.contains("docker-credential-broken"), "\(result)")
        // The only requests, sent together and answered with a challenge.
        let asked = result.requests[Internet.registry, default: []]
        #expect((1...3).contains(asked.count) && asked.allSatisfy { $0.method == "HEAD" }, "\(result)")
        #expect(!result.hasCredentials(Internet.registry))
        for host in Internet.hosts.keys where host != Internet.registry {
            #expect(result.isUntouched(host), "\(host): \(result)")
        }
        #expect(!(result.stdout + result.stderr).contains("hush"))
    }
}
