import Foundation
import TestSupport
import Testing

/// Ctrl-C ends the program promptly with 130, and leaves nothing partial.
@Suite(.timed, .timeLimit(.minutes(5))) struct InterruptionTests {
    static let moments: [(request: String, method: String)] = [
        ("/manifests/v1", "HEAD"), ("/blobs/sha256", "HEAD"), ("/blobs/uploads/", "POST"),
        ("/blobs/uploads/", "PUT"),
        ("/manifests/v1", "PUT"),
    ]

    @Test("an interrupted push leaves the tag unchanged", arguments: moments)
    func push(request: String, method: String) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.plugin, to: "old.wasm")
        try work.write(Modules.tiny, to: "new.wasm")
        let old = try await work.run("push", reference, "old.wasm", "--plain-http")
        #expect(old.status == 0, "\(old)")
        let rule = #"[{"method": "\#(method)", "path": "\#(request)", "stall": 3600}]"#
        try await registry.order(rule)
        let before = try await registry.requests().count
        let running = try work.start(
            ["push", reference, "new.wasm", "--plain-http"],
            adding: work.ownTemporaryFolder()
        )
        try await registry.wait(for: method, request, after: before)
        running.signal(SIGINT)
        let run = try await running.wait()
        #expect(run.status == 130, "\(run)")
        let isTagging = method == "PUT" && request.contains("manifests")
        let result = isTagging ? "v1 may have been set" : "no tag was set"
        #expect(run.errorText.contains("error[interrupted]: interrupted; \(result)\n"), "\(run)")
        #expect(run.outputText.isEmpty)
        #expect(try work.names(in: "tmp").isEmpty)
        try await registry.order("[]")
        if !isTagging {
            let verified = try await work.run("verify", reference, "--plain-http")
            #expect(
                verified.outputText.contains(old.outputText.split(separator: "@").last ?? "none"),
                "\(verified)"
            )
        }
    }

    @Test func `an interrupted push says which tags it has set`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.tiny, to: "new.wasm")
        try await registry.order(#"[{"method": "PUT", "path": "/manifests/stable", "stall": 3600}]"#)
        let running = try work.start(
            ["push", "\(registry.name)/test/plugin:v1", "new.wasm", "--plain-http"]
                + ["--also-tag", "latest", "--also-tag", "stable", "--also-tag", "old"],
            adding: work.ownTemporaryFolder()
        )
        try await registry.wait(for: "PUT", "/manifests/stable", after: 0)
        running.signal(SIGINT)
        let run = try await running.wait()
        #expect(run.status == 130, "\(run)")
        #expect(
            run.errorText.contains(
                "error[interrupted]: interrupted; set: v1, latest; may have been set: stable; not set: old\n"
            ),
            "\(run)"
        )
    }

    @Test func `an interrupted tag command says which tags it has set`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.tiny, to: "new.wasm")
        let pushed = try await work.run("push", reference, "new.wasm", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
        try await registry.order(#"[{"method": "PUT", "path": "/manifests/stable", "stall": 3600}]"#)
        let running = try work.start(
            ["tag", reference, "latest", "stable", "old", "--plain-http"],
            adding: work.ownTemporaryFolder()
        )
        try await registry.wait(for: "PUT", "/manifests/stable", after: 0)
        running.signal(SIGINT)
        let run = try await running.wait()
        #expect(run.status == 130, "\(run)")
        #expect(
            run.errorText.contains(
                "error[interrupted]: interrupted; set: latest; may have been set: stable; not set: old\n"
            ),
            "\(run)"
        )
    }

    static let timeouts: [(method: String, path: String, result: String)] = [
        ("HEAD", "/manifests/v1", "no tag was set"), ("PUT", "/manifests/v1", "v1 may have been set"),
        ("HEAD", "/manifests/latest", "set: v1; not set: latest"),
        ("PUT", "/manifests/latest", "set: v1; may have been set: latest"),
        ("GET", "/manifests/", "all tags were set"),
    ]

    @Test("a push that the registry times out says which tags it has set", arguments: timeouts)
    func timeout(method: String, path: String, result: String) async throws {
        let fault = #"{"method": "\#(method)", "path": "\#(path)", "status": 408}"#
        let run = try await Self.push(with: fault, result)
        #expect(run.errorText.contains("no tag was set") == (result == "no tag was set"), "\(run)")
    }

    /// Pushes two tags to a registry with a fault that times out, and expects the result in the error.
    @discardableResult
    static func push(with fault: String, _ result: String) async throws -> CommandLineRun {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.tiny, to: "new.wasm")
        try await registry.order("[\(fault)]")
        let run = try await work.start(
            ["push", "\(registry.name)/test/plugin:v1", "new.wasm", "--also-tag", "latest", "--verify"]
                + ["--retries", "0", "--plain-http"]
        ).wait()
        #expect(run.status == 75, "\(run)")
        #expect(run.errorText.contains("error[timed-out]: "), "\(run)")
        #expect(run.errorText.contains("; \(result)\n"), "\(run)")
        return run
    }

    @Test("an interrupted pull leaves no file behind", arguments: [SIGINT, SIGTERM])
    func pull(signal: Int32) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/test/plugin:v1"
        try work.write(Modules.large(500_000), to: "module.wasm")
        let pushed = try await work.run("push", reference, "module.wasm", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
        try await registry.order(
            #"[{"method": "GET", "path": "/blobs/", "stall": {"after": 100, "seconds": 3600}}]"#
        )
        for arguments in [["-o", "plugin.wasm"], ["-o", "-"], ["--layout", "layout"]] {
            let before = try await registry.requests().count
            let running = try work.start(
                ["pull", reference, "--plain-http"] + arguments,
                adding: work.ownTemporaryFolder()
            )
            try await registry.wait(for: "GET", "/blobs/", after: before)
            running.signal(signal)
            let run = try await running.wait()
            #expect(run.status == 128 + signal, "\(run)")
            #expect(run.outputText.isEmpty)
            #expect(try work.names(in: "tmp").isEmpty)
            #expect(!work.exists("plugin.wasm"))
            #expect(try work.files(below: "layout/blobs").isEmpty)
        }
        #expect(try work.names().filter { $0.hasPrefix(".wasmpack") }.isEmpty)
    }

    @Test func `an interrupted build leaves the layout unchanged`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "old.wasm")
        try work.write(Modules.large(40_000_000), to: "new.wasm")
        let old = try await work.run("build", "old.wasm", "-t", "example.com/a:v1", "-t", "example.com/a:v2")
        let index = try work.bytes(of: "plugin-oci/index.json")
        let run = try await interruptedBuild(in: work)
        #expect(run.status == 130, "\(run)")
        #expect(try work.bytes(of: "plugin-oci/index.json") == index)
        #expect(try work.files(below: "plugin-oci/blobs").count == 3)
        let verified = try await work.run("verify", "plugin-oci")
        #expect(verified.outputText.contains(old.outputText.split(separator: "@").last ?? "none"))
    }
}

extension InterruptionTests {
    /// Interrupts a build in the middle, while the temporary file of the layer grows.
    ///
    /// Tries again if the machine is too fast or too busy.
    private func interruptedBuild(in work: Workspace) async throws -> CommandLineRun {
        while true {
            let running = try work.start(["build", "new.wasm", "-t", "example.com/a:v2"])
            try await wait(for: "a temporary file") {
                try running.hasEnded
                    || work.files(below: "plugin-oci").contains { $0.contains(".wasmpack-") }
            }
            running.signal(SIGINT)
            let run = try await running.wait()
            if run.status != 0 { return run }
            _ = try await work.run("build", "old.wasm", "-t", "example.com/a:v2")
        }
    }
}

/// The same for a server that stops to answer, which takes a minute to notice.
@Suite(.long, .timed, .timeLimit(.minutes(10))) struct InterruptionLongTests {
    @Test(
        "a push that stalls says which tags it has set",
        arguments: [
            ("PUT", "/manifests/v1", "v1 may have been set"),
            ("PUT", "/manifests/latest", "set: v1; may have been set: latest"),
            ("GET", "/manifests/", "all tags were set"),
        ]
    )
    func stall(method: String, path: String, result: String) async throws {
        let fault = #"{"method": "\#(method)", "path": "\#(path)", "stall": 3600}"#
        try await InterruptionTests.push(with: fault, result)
    }
}

extension Workspace {
    /// A folder for the temporary files of this test only.
    func ownTemporaryFolder() throws -> [String: String] {
        try FileManager.default.createDirectory(atPath: path("tmp"), withIntermediateDirectories: true)
        return ["TMPDIR": path("tmp")]
    }
}
