import Foundation
import OCI
import TestSupport
import Testing

/// Tests the output and exit status of `check`.
@Suite(.timed, .timeLimit(.minutes(5))) struct CheckTests {
    /// A plugin without an ABI marker.
    private static let unmarked: [UInt8] =
        SampleModule.preamble + [1, 4, 1, 0x60, 0, 0] + [3, 2, 1, 0] + [10, 4, 1, 2, 0, 0x0B]

    /// A plugin with many functions of Emscripten's JavaScript, two unknown ones, and three globals.
    private static var manyImports: [UInt8] {
        let names = (0..<30).map { "invoke_\($0)" }
        let functions = names + ["HaveOffsetConverter", "strlen", "strcmp"]
        return SampleModule.importing(functions, globals: ["g1", "g2", "g3"])
    }

    @Test func `shows the findings of one cause in one block, and each of them in the document`() async throws
    {
        let work = try Workspace()
        try work.write(Self.manyImports, to: "module.wasm")
        let run = try await work.run("check", "module.wasm")
        #expect(run.status == 1, "\(run)")
        func count(_ phrase: String) -> Int { run.outputText.components(separatedBy: phrase).count - 1 }
        #expect(count("Emscripten's JavaScript") == 1, "\(run)")
        #expect(count("it imports 31 functions, which no Envoy has") == 1, "\(run)")
        #expect(count("it imports 2 functions, which no Envoy has") == 1, "\(run)")
        #expect(count("it imports 3 globals, but Envoy offers no globals") == 1, "\(run)")
        for name in ["env.invoke_0", "env.invoke_29", "env.strcmp", "env.g3"] {
            #expect(count(name) >= 1, "\(name)")
        }
        let document = try await work.run("check", "module.wasm", "--json")
        #expect(document.outputText.components(separatedBy: #""id":"missing-import""#).count > 33)
    }

    @Test func `a valid module is ok for every proxy, without notes`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let run = try await work.run("check", "plugin.wasm")
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains("proxy-wasm 0.2.1"))
        #expect(run.outputText.contains("\nok       ✓ istio  ✓ envoy-gateway  ✓ higress\n"))
        #expect(!run.outputText.contains("note"), "\(run)")
        #expect(run.errorText.isEmpty)
        let verbose = try await work.run("check", "plugin.wasm", "-v")
        #expect(verbose.errorText.contains("shows only when it runs: --envoy"), "\(verbose)")
    }

    @Test func `exits 1 for a module that Envoy rejects, and quotes Envoy's message`() async throws {
        let work = try Workspace()
        try work.write(Self.unmarked, to: "plugin.wasm")
        let run = try await work.run("check", "plugin.wasm")
        #expect(run.status == 1, "\(run)")
        #expect(run.outputText.contains(#"the proxy reports: "Missing or unknown Proxy-Wasm ABI version""#))
        #expect(run.outputText.contains("\nFAIL     ✗ istio  ✗ envoy-gateway  ✗ higress\n"))
        let json = try await work.run("check", "plugin.wasm", "--json")
        #expect(json.status == 1)
        let document = try #require(
            JSONSerialization.jsonObject(with: json.outputBytes) as? [String: Any],
            "\(json)"
        )
        #expect(document["ok"] as? Bool == false)
        let module = try #require(document["module"] as? [String: Any])
        #expect(module["verdict"] as? String == "error")
        #expect(module["bodiesValidated"] as? Bool == true)
    }

    @Test(
        "exits 1 with a finding for a file that is not a module",
        arguments: [
            ("empty", [], "not-wasm"), ("text", Array("hello, proxy".utf8), "not-wasm"),
            ("component", [0, 0x61, 0x73, 0x6D, 0x0D, 0, 1, 0], "wasm-component"),
            ("cut", [0, 0x61, 0x73, 0x6D, 1, 0, 0, 0, 1, 5, 1], "wasm-malformed"),
        ] as [(String, [UInt8], String)]
    ) func notAModule(_ row: (name: String, bytes: [UInt8], id: String)) async throws {
        let work = try Workspace()
        try work.write(row.bytes, to: "plugin.wasm")
        let run = try await work.run("check", "plugin.wasm", "--json")
        #expect(run.status == 1, "\(run)")
        #expect(run.outputText.contains(#""id":"\#(row.id)""#), "\(row.name): \(run)")
    }

    private struct Warned: Decodable { let warnings: [String] }

    @Test func `a version that is not known is a warning in the document too`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        func warnings(_ consumer: String) async throws -> [String] {
            let run = try await work.run("check", "plugin.wasm", "--json", "--for", consumer)
            #expect(run.status == 0, "\(run)")
            return try JSONDecoder().decode(Warned.self, from: run.outputBytes).warnings
        }
        let unknown = try await warnings("istio@9.9")
        #expect(unknown.count == 1 && unknown.first?.hasPrefix("the Envoy in Istio 9.9 is not known") == true)
        #expect(try await warnings("istio@1.31") == [])
    }

    @Test func `fails for a missing file`() async throws {
        let run = try await Workspace().run("check", "nothing.wasm")
        #expect(run.status == 66)
        #expect(run.errorText.contains("error[file-missing]"))
    }

    @Test func `checks an image and its module for the named consumers`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        _ = try await work.run("build", "plugin.wasm")
        let all = try await work.run("check", "plugin-oci")
        #expect(all.status == 0, "\(all)")
        #expect(all.outputText.contains("\ndigest   sha256:"), "\(all)")
        let wkg = try await work.run("check", "plugin-oci", "--for", "wkg", "--for", "all")
        #expect(wkg.status == 1)
        #expect(wkg.outputText.contains("\nFAIL     ✓ istio  ✓ envoy-gateway  ✓ higress  ✗ wkg\n"), "\(wkg)")
        #expect(wkg.outputText.contains("Wasm components must have a config of type"))
        // ASM loads plugins as Istio does.
        let asm = try await work.run("check", "plugin-oci", "--for", "asm")
        #expect(asm.status == 0 && asm.outputText.hasSuffix("\nok       ✓ istio\n"), "\(asm)")
        let unknown = try await work.run("check", "plugin-oci", "--for", "kong")
        #expect(unknown.status == 64)
        #expect(unknown.errorText.contains("istio"), "\(unknown)")
    }

    @Test func `warnings fail the check only with --strict`() async throws {
        let work = try Workspace()
        // A function that Envoy provides only since 2026.
        let module = SampleModule.plugin(importing: ("wasi_snapshot_preview1", "fd_sync", 1))
        try work.write(module, to: "plugin.wasm")
        let run = try await work.run("check", "plugin.wasm")
        try #require(run.status == 0, "\(run)")
        #expect(run.outputText.contains("\nok       ! istio"), "\(run)")
        let strict = try await work.run("check", "plugin.wasm", "--strict")
        #expect(strict.status == 1, "\(strict)")
        #expect(
            strict.outputText.contains(
                "\nFAIL     ! istio  ! envoy-gateway  ! higress  warnings count as errors (--strict)"
            ),
            "\(strict)"
        )
    }

    @Test func `respects a smaller --max-size`() async throws {
        let work = try Workspace()
        try work.write(Modules.large(100_000), to: "plugin.wasm")
        _ = try await work.run("build", "plugin.wasm")
        for target in ["plugin.wasm", "plugin-oci"] {
            #expect(try await work.run("check", target, "--max-size", "110000").status == 0)
            let run = try await work.run("check", target, "--max-size", "100000", "--for", "istio")
            #expect(run.status == 1, "\(run)")
            #expect(run.outputText.contains(#"the proxy reports: "unexpected EOF""#), "\(run)")
        }
        #expect(try await work.run("check", "plugin.wasm", "--max-size", "0").status == 64)
    }

    @Test func `explains where to get Envoy if --envoy does not find it`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let run = try await work.run("check", "plugin.wasm", "--envoy=./no-envoy")
        #expect(run.status == 78)
        #expect(run.errorText.contains("error[envoy-missing]"))
        #expect(run.errorText.contains("func-e"))
    }

    @Test func `build and push reject a module that no proxy loads, and leave no files behind`() async throws
    {
        let work = try Workspace()
        try work.write(Self.unmarked, to: "plugin.wasm")
        let built = try await work.run("build", "plugin.wasm")
        #expect(built.status == 1, "\(built)")
        #expect(built.errorText.contains("error[check-failed]"))
        #expect(built.errorText.contains("Missing or unknown Proxy-Wasm ABI version"))
        #expect(!work.exists("plugin-oci"))
        let pushed = try await work.run("push", "127.0.0.1:1/a/b:v1", "plugin.wasm")
        #expect(pushed.status == 1, "no request was sent: \(pushed)")

        let forced = try await work.run("build", "plugin.wasm", "--no-check")
        #expect(forced.status == 0, "\(forced)")
        #expect(!forced.errorText.contains("check"))
        let layout = try await work.run("push", "127.0.0.1:1/a/b:v1", "plugin-oci")
        #expect(layout.status == 1)
        #expect(layout.errorText.contains("error[check-failed]"))
        let sent = try await work.run("push", "127.0.0.1:1/a/b:v1", "plugin-oci", "--no-check")
        #expect(sent.status == 69, "the registry was contacted: \(sent)")
    }

    @Test func `a function that only Higress provides is a warning, not an error`() async throws {
        let work = try Workspace()
        let module = SampleModule.plugin(importing: ("env", "proxy_get_upstream_hosts", 2))
        try work.write(module, to: "plugin.wasm")
        let run = try await work.run("build", "plugin.wasm")
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("  warning  istio, envoy-gateway: "), "\(run)")
        #expect(try await work.run("check", "plugin.wasm").status == 1)
        #expect(try await work.run("check", "plugin.wasm", "--for", "higress").status == 0)
    }

    @Test func `build lists the consumers that accept the module, in the locale's character set`()
        async throws
    {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let run = try await work.run("build", "plugin.wasm")
        #expect(run.errorText.contains("✓ istio  ✓ envoy-gateway  ✓ higress"), "\(run)")
        let ascii = try await work.run("build", "plugin.wasm", adding: ["LC_ALL": "C"])
        #expect(ascii.errorText.contains("ok istio  ok envoy-gateway  ok higress"), "\(ascii)")
    }

    @Test func `packs the wasm format for wkg with a warning that quotes the proxies' messages`() async throws
    {
        let work = try Workspace()
        try work.write(Self.unmarked, to: "plugin.wasm")
        let run = try await work.run("build", "plugin.wasm", "--format", "wasm")
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.contains("  warning  istio, envoy-gateway, higress will reject it"))
        #expect(run.errorText.contains("number of layers must be 2 but got 1"))
        #expect(!run.errorText.contains("✓ istio"))
    }
}

/// Tests `check` with a real Envoy.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct CheckEnvoyTests {
    private static let envoy = "--envoy=" + Fixtures.path("../.venv/bin/envoy")

    @Test func `a module that a real Envoy loads is ok without notes`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        try work.write(Modules.tiny, to: "tiny.wasm")
        _ = try await work.run("build", "plugin.wasm")
        for target in ["plugin.wasm", "tiny.wasm", "plugin-oci"] {
            let run = try await work.run("check", target, Self.envoy)
            #expect(run.status == 0, "\(run)")
            #expect(run.outputText.contains("loads the module"))
            #expect(!run.outputText.contains("note"), "\(run)")
        }
        let json = try await work.run("check", "plugin.wasm", Self.envoy, "--json")
        #expect(json.outputText.contains(#""bodiesValidated":true"#))
    }

    @Test func `rejects an invalid function body as Envoy does`() async throws {
        let work = try Workspace()
        var module = SampleModule.smallest
        // malloc's body: i64.const in place of i32.const.
        let place = try #require(module.lastIndex(of: 0x41))
        module[place] = 0x42
        try work.write(module, to: "plugin.wasm")
        let without = try await work.run("check", "plugin.wasm")
        #expect(without.status == 1)
        #expect(without.outputText.contains("end needs one i32, the stack has one i64"), "\(without)")
        #expect(without.outputText.contains(#"the proxy reports: "Failed to load Wasm bytecode""#))
        let run = try await work.run("check", "plugin.wasm", Self.envoy)
        #expect(run.status == 1, "\(run)")
        #expect(run.outputText.contains(#"the proxy reports: "Failed to load Wasm bytecode""#), "\(run)")
        #expect(run.outputText.contains("\nFAIL     ✗ istio  ✗ envoy-gateway  ✗ higress\n"))
    }
}
