import Foundation
import TestSupport
import Testing

/// The files for CI systems, run step by step as their runners would, against `wasmpack serve` with an account.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Pipeline.isExpected, Pipeline.whySkipped))
struct PipelineTests {
    /// A GitHub Action that fails: what it is given, what it says, and which steps ran.
    struct Failure: Sendable, CustomTestStringConvertible {
        let name: String
        var inputs: [String] = []
        var hasCredentials = true
        var reference = "team/plugin:v1"
        let status: Int32
        let says: String
        let ran: [String]

        var testDescription: String { name }
    }

    private static let upToBuild = ["Install wasmpack", "Decide whether to push", "Build"]

    static let failures: [Failure] = [
        Failure(
            name: "no credentials",
            hasCredentials: false,
            status: 77,
            says: "::error title=No credentials::set the inputs username and password; for ghcr.io",
            ran: upToBuild + ["Check", "Push"]
        ),
        Failure(
            name: "a secret that the event cannot read is empty",
            inputs: ["username=ci", "password="],
            hasCredentials: false,
            status: 77,
            says: "::error title=No password::the input password is empty",
            ran: ["Install wasmpack", "Decide whether to push"]
        ),
        Failure(
            name: "a password without a user name",
            inputs: ["username="],
            status: 77,
            says: "::error title=No user name::the input username is empty",
            ran: ["Install wasmpack", "Decide whether to push"]
        ),
        Failure(
            name: "a repository in upper case",
            reference: "Team/plugin:v1",
            status: 64,
            says: "team/plugin:v1",
            ran: upToBuild
        ),
        Failure(
            name: "a component",
            inputs: ["plugin=component.wasm"],
            status: 65,
            says: "::error title=wasmpack",
            ran: upToBuild
        ),
        Failure(
            name: "a consumer that lacks what the module needs",
            inputs: ["plugin=newer.wasm", "for=istio@1.30 istio@1.31"],
            status: 1,
            says: "✗ istio@1.30",
            ran: upToBuild + ["Check"]
        ),
    ]

    @Test("the action says what is wrong, and pushes nothing", arguments: failures)
    func failure(_ row: Failure) async throws {
        let pipeline = try await Pipeline()
        try pipeline.work.write(try Fixtures.bytes("wasm/tiny/component.wasm"), to: "component.wasm")
        try pipeline.work.write(Modules.needingNewerEnvoy, to: "newer.wasm")
        let credentials = row.hasCredentials ? pipeline.credentials : []
        let ended = try await pipeline.github(
            ["reference=\(pipeline.address)/\(row.reference)"] + credentials + row.inputs
        )
        #expect(ended.status == row.status, "\(ended)")
        #expect(ended.log.contains(row.says), "\(ended)")
        #expect(ended.ran == row.ran)
        #expect(ended.outputs["reference"] == "")
        #expect(try await pipeline.repositories() == [])
    }

    @Test func `the action builds, checks, tests and pushes, and gives digest and reference`() async throws {
        let pipeline = try await Pipeline()
        let reference = "\(pipeline.address)/team/plugin:v1"
        let inputs =
            ["reference=\(reference)", "for=istio@1.28", "tests=plugin-tests.json"] + pipeline.credentials
        let ended = try await pipeline.github(inputs, hasEnvoy: true)
        #expect(ended.status == 0, "\(ended)")
        #expect(ended.ran == Self.upToBuild + ["Check", "Test", "Push"])
        let digest = try await pipeline.digest(of: reference)
        #expect(
            ended.outputs == ["reference": "\(pipeline.address)/team/plugin@\(digest)", "digest": digest]
        )
        for text in [
            "### wasmpack check", "✓ istio@1.28", "### wasmpack test", "4 cases passed",
            "Pushed `\(reference)`",
        ] {
            #expect(ended.summary.contains(text), "\(ended.summary)")
        }
        #expect(!ended.log.contains("::error"))
    }

    @Test func `the action does not push for a fork, and not with push: false`() async throws {
        let pipeline = try await Pipeline()
        let reference = "reference=\(pipeline.address)/team/plugin:v1"
        let event = #"{"pull_request":{"head":{"repo":{"full_name":"you/plugin"}}}}"#
        let fork = try await pipeline.github([reference], event: event)
        #expect(fork.log.contains("::notice title=Not pushed::this pull request is from the fork you/plugin"))
        let own = try await pipeline.github(
            [reference] + pipeline.credentials,
            event: event.replacing("you/plugin", with: "team/plugin")
        )
        #expect(own.ran.last == "Push")
        // Of the same repository, whose secrets it does not get.
        let bot = try await pipeline.github(
            [reference, "username=ci", "password="],
            event: event.replacing("you/plugin", with: "team/plugin")
        )
        #expect(bot.log.contains("::notice title=Not pushed::the input password is empty"))
        let dry = try await pipeline.github([reference.replacing("plugin", with: "dry"), "push=false"])
        for ended in [fork, bot, dry] {
            #expect(ended.status == 0, "\(ended)")
            #expect(ended.ran == Self.upToBuild + ["Check"])
            #expect(ended.outputs["reference"] == "")
            #expect(ended.outputs["digest"]?.hasPrefix("sha256:") == true)
        }
        #expect(try await pipeline.repositories() == ["team/plugin"])
    }

    @Test func `a failed case fails the action, and the summary shows it`() async throws {
        let pipeline = try await Pipeline()
        let text = #"{"plugin":"plugin.wasm","cases":[{"name":"open","request":{},"expect":{"status":200}}]}"#
        try pipeline.work.write(Array(text.utf8), to: "plugin-tests.json")
        let inputs =
            ["reference=\(pipeline.address)/team/plugin:v1", "tests=plugin-tests.json"] + pipeline.credentials
        let ended = try await pipeline.github(inputs, hasEnvoy: true)
        #expect(ended.status == 1, "\(ended)")
        #expect(ended.ran.last == "Test")
        #expect(ended.summary.contains("FAIL"))
        #expect(try await pipeline.repositories() == [])
    }

    @Test func `the action installs a release whose checksum is right, and no other`() async throws {
        let pipeline = try await Pipeline()
        let inputs = ["reference=\(pipeline.address)/team/plugin:v1"] + pipeline.credentials
        try await pipeline.release(sums: "*")
        let good = try await pipeline.github(inputs, isInstalled: false)
        #expect(good.status == 0, "\(good)")
        #expect(good.ran.last == "Push")
        for (sums, says) in [
            ("0", "does not have the checksum of SHA256SUMS"),
            ("", "SHA256SUMS does not list wasmpack-0.1.0-linux-"),
        ] {
            try await pipeline.release(sums: sums)
            let ended = try await pipeline.github(inputs, isInstalled: false)
            #expect(ended.status == 69 && ended.ran == ["Install wasmpack"], "\(ended)")
            #expect(ended.log.contains(says), "\(ended)")
        }
        let missing = try await pipeline.github(inputs + ["version=9.9.9"], isInstalled: false)
        #expect(missing.status == 69)
        #expect(
            missing.log.contains("::error title=wasmpack is not installed::cannot download file://"),
            "\(missing)"
        )
    }

    @Test func `the action names a library that is missing, before it builds`() async throws {
        let pipeline = try await Pipeline()
        let inputs = ["reference=\(pipeline.address)/team/plugin:v1"] + pipeline.credentials
        for (file, package) in [("libcurl.so.4", "libcurl4"), ("libarchive.so.13", "libarchive13")] {
            try pipeline.work.write(Array("no library\n".utf8), to: "\(package)/\(file)")
            let ended = try await pipeline.github(
                inputs,
                adding: ["LD_LIBRARY_PATH": pipeline.work.path(package)]
            )
            #expect(ended.status == 78 && ended.ran == ["Install wasmpack"], "\(ended)")
            let name = package.prefix { $0.isLetter }
            #expect(
                ended.log.contains("::error title=A library is missing::\(name) cannot be used: "),
                "\(ended)"
            )
            #expect(ended.log.contains("; try: apt install \(package)\n"), "\(ended)")
        }
        // As the dynamic linker ends a program without a library that is linked.
        try pipeline.work.writeScript(
            "#!/bin/sh\necho 'wasmpack: error while loading shared libraries: libcrypto.so.3' >&2; exit 127\n",
            to: "bin/wasmpack"
        )
        let ended = try await pipeline.github(
            inputs,
            adding: ["PATH": "\(pipeline.work.path("bin")):/usr/bin:/bin"]
        )
        #expect(ended.status == 78 && ended.ran == ["Install wasmpack"], "\(ended)")
        #expect(
            ended.log.contains("::error title=wasmpack does not start::this runner lacks a library"),
            "\(ended)"
        )
        // Another failure is not explained as a library that is missing.
        try pipeline.work.writeScript("#!/bin/sh\nexit 70\n", to: "bin/wasmpack")
        let other = try await pipeline.github(
            inputs,
            adding: ["PATH": "\(pipeline.work.path("bin")):/usr/bin:/bin"]
        )
        #expect(other.status == 70 && other.ran == ["Install wasmpack"], "\(other)")
        #expect(other.log.contains("wasmpack version ended with the exit code 70"), "\(other)")
        #expect(try await pipeline.repositories() == [])
    }

    @Test func `the job for GitLab pushes, and passes reference and digest on`() async throws {
        let pipeline = try await Pipeline()
        let ended = try await pipeline.gitlab(["TESTS=plugin-tests.json", "CONSUMERS=istio@1.28 higress"])
        #expect(ended.status == 0, "\(ended)")
        let digest = try await pipeline.digest(of: "\(pipeline.address)/team/plugin:main")
        let pinned = "\(pipeline.address)/team/plugin@\(digest)"
        #expect(ended.outputs == ["WASMPACK_REFERENCE": pinned, "WASMPACK_DIGEST": digest])
        #expect(pipeline.work.exists("wasmpack-tests.xml"))
        #expect(!pipeline.work.exists("home/.docker"), "the password is not written to disk")
        let tagged = try await pipeline.gitlab(adding: ["CI_COMMIT_TAG": "v1.4.2"])
        #expect(tagged.status == 0, "\(tagged)")
        let other = try await pipeline.gitlab(["IMAGE=/auth:v2"])
        #expect(other.status == 0, "\(other)")
        #expect(try await pipeline.repositories() == ["team/plugin", "team/plugin/auth"])
        #expect(try await pipeline.digest(of: "\(pipeline.address)/team/plugin:v1.4.2") == digest)
    }

    @Test(
        "the job for GitLab says what is missing",
        arguments: [
            ("CI_REGISTRY_IMAGE", "", 78, "this project has no container registry"),
            ("CI_REGISTRY_PASSWORD", "", 77, "CI_REGISTRY_PASSWORD is empty"),
            ("PATH", "/usr/bin:/bin", 69, "wasmpack is not in the image of this job"),
        ]
    )
    func gitlab(variable: String, value: String, status: Int32, says: String) async throws {
        let pipeline = try await Pipeline()
        let ended = try await pipeline.gitlab(adding: [variable: value])
        #expect(ended.status == status, "\(ended)")
        #expect(ended.log.contains(says), "\(ended)")
        #expect(try await pipeline.repositories() == [])
    }

    @Test func `the job for GitLab rejects an image in upper case, with the right name`() async throws {
        let pipeline = try await Pipeline()
        let ended = try await pipeline.gitlab(["IMAGE=/Auth:v2"])
        #expect(ended.status == 64, "\(ended)")
        #expect(ended.log.contains("try: \(pipeline.address)/team/plugin/auth:v2"), "\(ended)")
        #expect(ended.outputs.isEmpty)
    }

    @Test func `the task for Tekton pushes with a pull Secret, and has two results`() async throws {
        let pipeline = try await Pipeline()
        let reference = "\(pipeline.address)/team/plugin:v1"
        let ended = try await pipeline.tekton(reference, hasCredentials: true)
        #expect(ended.status == 0, "\(ended)")
        let digest = try await pipeline.digest(of: reference)
        #expect(
            ended.outputs == ["reference": "\(pipeline.address)/team/plugin@\(digest)", "digest": digest]
        )
    }

    @Test func `the task for Tekton says what is missing`() async throws {
        let pipeline = try await Pipeline()
        let anonymous = try await pipeline.tekton("\(pipeline.address)/team/plugin:v1", hasCredentials: false)
        #expect(anonymous.status == 77, "\(anonymous)")
        #expect(anonymous.log.hasSuffix("bind the workspace credentials to the Secret of the registry\n"))
        let upper = try await pipeline.tekton("\(pipeline.address)/Team/plugin:v1", hasCredentials: true)
        #expect(upper.status == 64 && upper.ran == ["build"], "\(upper)")
        #expect(upper.log.contains("try: \(pipeline.address)/team/plugin:v1"))
        #expect(try await pipeline.repositories() == [])
    }

    @Test(
        "a file is valid for its system",
        arguments: [
            ("github-actions", ".github/actions/wasmpack/action.yml"),
            ("github-workflows", ".github/workflows/ci.yml"),
            ("github-workflows", ".github/workflows/release.yml"),
            ("github-issue-forms", ".github/ISSUE_TEMPLATE/bug.yml"),
            ("github-issue-forms", ".github/ISSUE_TEMPLATE/feature.yml"),
            ("github-issue-config", ".github/ISSUE_TEMPLATE/config.yml"),
            ("gitlab-ci", "docs/ci/gitlab.yml"),
        ]
    )
    func schema(name: String, path: String) throws {
        let checked = try Tool.run(
            Fixtures.path("../.venv/bin/check-jsonschema"),
            ["--builtin-schema", "vendor.\(name)", Fixtures.path("../\(path)")]
        )
        #expect(checked.status == 0, "\(checked)")
    }

    @Test func `the workflow runs what a change must pass`() throws {
        let workflow = try String(
            contentsOfFile: Fixtures.path("../.github/workflows/ci.yml"),
            encoding: .utf8
        )
        #expect(workflow.contains("- run: .ci/run\n"))
    }
}
