import Foundation
import TestSupport
import Testing

/// `wasmpack run --watch` with a real Envoy.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct WatchCommandTests {
    private let served: ServedPlugins
    private var work: Workspace { served.work }
    private static let source = "Fixtures/wasm/header-authorization/plugin.c"

    init() throws { served = try ServedPlugins() }

    /// Moves a new file to the plugin's name, as compilers do.
    private func install(_ bytes: some Sequence<UInt8>) throws {
        try work.write(bytes, to: "new.wasm")
        try #require(rename(work.path("new.wasm"), work.path("plugin.wasm")) == 0)
    }

    private func buildTeapot() async throws -> [UInt8] {
        try await TrialPlugin.build(
            Self.source,
            changing: [("response(403, NULL", "response(418, NULL")],
            as: "teapot.wasm",
            in: work
        )
        return try work.bytes(of: "teapot.wasm")
    }

    private func wait(for text: String, _ program: RunningProgram, count: Int = 1) async throws {
        try await TestSupport.wait(for: text, within: .seconds(60)) {
            if program.hasEnded { throw PeerError(try await program.wait().description) }
            return program.errorSoFar.ranges(of: text).count >= count
        }
    }

    private func end(_ program: RunningProgram) async throws {
        program.signal(SIGTERM)
        let run = try await program.wait()
        #expect(run.status == 0, "\(run)")
        try await served.expectNothingLeft()
    }

    @Test
    func `a new build serves without a restart, and a broken one is explained while the old one serves`()
        async throws
    {
        let teapot = try await buildTeapot()
        let (program, url) = try await served.serve(["plugin.wasm", "--watch"])
        #expect(try await served.get(url).status == 403)
        try install(teapot)
        try await wait(for: "live     plugin.wasm  947 B  in ", program)
        #expect(try await served.get(url).status == 418)
        // Written in place, as a linker does.
        try work.write(teapot.dropLast(20), to: "plugin.wasm")
        try await wait(for: "the build before still serves", program)
        #expect(program.errorSoFar.contains("FAIL     plugin.wasm is not a complete WebAssembly module"))
        #expect(program.errorSoFar.contains("try: the file seems truncated"))
        try await TestSupport.wait(for: "the removal of the rejected build", within: .seconds(60)) {
            served.builds().count == 1
        }
        #expect(try await served.get(url).status == 418)
        try FileManager.default.removeItem(atPath: work.path("plugin.wasm"))
        try await wait(for: "removed  plugin.wasm\n           the build before still serves", program)
        #expect(try await served.get(url).status == 418)
        try work.write(Modules.plugin, to: "plugin.wasm")
        try await wait(for: "live     plugin.wasm", program, count: 2)
        #expect(try await served.get(url).status == 403)
        try await end(program)
    }

    @Test
    func `a build that Envoy rejects or that crashes at its start is explained while the old one serves`()
        async throws
    {
        func trial(_ condition: String, as name: String) async throws -> [UInt8] {
            let old = "if (is(text, count, \"\(condition)\")) {"
            try await TrialPlugin.build(
                changing: condition.isEmpty ? [] : [(old, "if (1) {")],
                as: name,
                in: work
            )
            return try work.bytes(of: name)
        }
        let good = try await trial("", as: "good.wasm")
        let (program, url) = try await served.serve(["plugin.wasm", "--watch"])
        try install(try await trial("reject", as: "reject.wasm"))
        try await wait(for: "why: Failed to configure base Wasm plugin", program)
        #expect(program.errorSoFar.contains("the limit is not a number"))
        #expect(program.errorSoFar.contains("rejects plugin.wasm"))
        try install(try await trial("crash", as: "crash.wasm"))
        try await wait(for: "why: Function: proxy_on_configure failed", program)
        #expect(try await served.get(url).status == 403)
        try install(good)
        try await wait(for: "live     plugin.wasm", program)
        #expect(try await served.get(url).status == 200)
        try await end(program)
    }

    @Test func `a first build that does not serve is explained, and the next one serves`() async throws {
        try await TrialPlugin.build(
            changing: [("if (is(text, count, \"reject\")) {", "if (1) {")],
            as: "reject.wasm",
            in: work
        )
        try work.write(Modules.plugin.dropLast(20), to: "plugin.wasm")
        let begun = try served.begin(["plugin.wasm", "--watch"])
        let program = begun.program
        try await wait(for: "nothing serves yet: waiting for the next build", program)
        #expect(program.errorSoFar.contains("FAIL     plugin.wasm is not a complete WebAssembly module"))
        try install(work.bytes(of: "reject.wasm"))
        try await wait(for: "nothing serves yet: waiting for the next build", program, count: 2)
        #expect(program.errorSoFar.contains("why: Failed to configure base Wasm plugin"))
        #expect(try work.bytes(of: begun.output).isEmpty, "no URL before a plugin serves")
        try install(Modules.plugin)
        let url = try await served.url(of: begun)
        #expect(try await served.get(url).status == 403)
        try await end(program)
        try work.write(Modules.plugin.dropLast(20), to: "plugin.wasm")
        let waiting = try served.begin(["plugin.wasm", "--watch"]).program
        try await wait(for: "nothing serves yet", waiting)
        try await end(waiting)
        let missing = try await served.run(["missing.wasm", "--watch"])
        #expect(missing.status == 66, "\(missing)")
    }

    /// The reference plugin with another word in its response.
    private func variant(_ word: String) throws -> [UInt8] {
        let place = try #require(Modules.plugin.firstRange(of: Array("by ASM".utf8)))
        return try Modules.plugin[..<place.lowerBound] + Array("by \(word)".utf8)
            + Modules.plugin[place.upperBound...]
    }

    @Test func `of several builds in quick succession, only the newest is loaded`() async throws {
        let (program, url) = try await served.serve(["plugin.wasm", "--watch"])
        // Envoy loads the next build only when it goes on.
        let envoy = try served.envoyProcess()
        kill(envoy, SIGSTOP)
        defer { kill(envoy, SIGCONT) }
        let first = try variant("old")
        try install(first)
        try await TestSupport.wait(for: "the copy of the first build", within: .seconds(60)) {
            served.hasTaken(first)
        }
        for word in ["one", "two", "end"] { try install(variant(word)) }
        kill(envoy, SIGCONT)
        try await wait(for: "live     plugin.wasm", program, count: 2)
        #expect(try await served.get(url).body.contains("Forbidden by end"))
        program.signal(SIGTERM)
        let run = try await program.wait()
        #expect(run.errorText.ranges(of: "live     plugin.wasm").count == 2, "\(run)")
        try await served.expectNothingLeft()
    }

    @Test func `a network plugin is replaced too`() async throws {
        let source = "Tests/Support/connections.c"
        try await TrialPlugin.build(source, as: "plugin.wasm", in: work)
        let (program, url) = try await served.serve(["plugin.wasm", "--watch", "--type", "network"])
        #expect(url.hasPrefix("tcp://127.0.0.1:"))
        let address = url.replacing("tcp:", with: "http:")
        #expect(try await served.get(address).status == 200)
        try await wait(for: "info     bytes to the server", program)
        try await TrialPlugin.build(
            source,
            changing: [("to the server", "forward")],
            as: "next.wasm",
            in: work
        )
        try install(work.bytes(of: "next.wasm"))
        try await wait(for: "live     plugin.wasm", program)
        #expect(try await served.get(address).status == 200)
        try await wait(for: "info     bytes forward", program)
        try await end(program)
    }
}

/// The same in the older Envoys, and the time until a build is live.
@Suite(.long, .timed, .timeLimit(.minutes(10)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct WatchLongTests {
    @Test("a new build serves in every Envoy", arguments: EnvoyVerdicts.versions)
    func everyEnvoy(version: String) async throws {
        let served = try ServedPlugins()
        let (program, url) = try await served.serve(
            ["plugin.wasm", "--watch", "--respond", "204"],
            in: Envoy.program(version)
        )
        #expect(try await served.get(url).status == 403)
        try await TrialPlugin.build(as: "new.wasm", in: served.work)
        try #require(rename(served.work.path("new.wasm"), served.work.path("plugin.wasm")) == 0)
        try await wait(for: "the new build", within: .seconds(60)) {
            program.errorSoFar.contains("live     plugin.wasm")
        }
        #expect(try await served.get(url).status == 204)
        program.signal(SIGTERM)
        _ = try await program.wait()
        try await served.expectNothingLeft()
    }

    @Test func `after a build that never returns from its start, the build before serves at the same URL`()
        async throws
    {
        let served = try ServedPlugins()
        let (program, url) = try await served.serve(["plugin.wasm", "--watch"])
        try await TrialPlugin.build(
            changing: [("if (is(text, count, \"loop\")) {", "if (1) {")],
            as: "new.wasm",
            in: served.work
        )
        try #require(rename(served.work.path("new.wasm"), served.work.path("plugin.wasm")) == 0)
        try await wait(for: "the notice", within: .seconds(60)) {
            program.errorSoFar.contains("waiting  for the start of plugin.wasm")
        }
        #expect(try await served.get(url).status == 403)
        try await wait(for: "the end of the build", within: .seconds(150)) {
            program.errorSoFar.contains("the build before serves again")
        }
        try await wait(for: "another Envoy", within: .seconds(60)) {
            (try? await served.get(url).status) == 403
        }
        program.signal(SIGTERM)
        _ = try await program.wait()
        try await served.expectNothingLeft()
    }
}

/// The session of `run --watch` in docs/reference/run.md, which Tests/Support/watch_session.py records.
@Suite(.timed, .timeLimit(.minutes(3)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct WatchSessionTests {
    /// The text without what differs from run to run.
    private static func normalized(_ text: String) -> String {
        text.replacing(/127\.0\.0\.1:\d+/, with: "127.0.0.1:PORT").replacing(
            /in \d+ m?s\n/,
            with: "in TIME\n"
        )
        .replacing(/Envoy \d+\.\d+\.\d+/, with: "Envoy VERSION")
    }

    @Test func `the documented session equals a real one`() async throws {
        let work = try Workspace()
        let module = Fixtures.path("wasm/header-authorization/plugin.wasm")
        let script = PeerProcess.path(of: "watch_session.py")
        let run = try await work.otherwise(
            "python3",
            [script, Workspace.program, Envoy.program, module, work.folder.path()]
        )
        #expect(run.status == 0, "\(run)")
        let page = URL(filePath: Fixtures.path("../docs/reference/run.md"))
        var text = try String(contentsOf: page, encoding: .utf8)
        let start = try #require(text.firstRange(of: "```text\n$ wasmpack run plugin.wasm --watch\n"))
        let first = try #require(text[start.lowerBound...].firstIndex(of: "\n"))
        let end = try #require(text[text.index(after: first)...].firstRange(of: "```"))
        let session = text.index(after: first)..<end.lowerBound
        if ProcessInfo.processInfo.environment["WASMPACK_RECORD"] == "1" {
            text.replaceSubrange(session, with: run.outputText)
            return try text.write(to: page, atomically: true, encoding: .utf8)
        }
        #expect(Self.normalized(String(text[session])) == Self.normalized(run.outputText))
    }
}
