import Foundation
import TestSupport
import Testing

/// Names and texts from outside in everything that is printed: readable, bounded, and without an escape of theirs.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct OddNameLongTests {
    /// The longest output for a name of 4,000 characters, in characters.
    private static let limit = 20_000

    static let names: [(name: String, why: String)] = [
        (
            "::error::x ##[add-mask]y\u{1B}[31mred\u{1B}]0;title\u{7}\nnew\r\t\u{8}\u{9B}31m\u{85}\u{7F}"
                + "\u{202E}msaw.b\u{2066}c\u{200F}\u{61C}",
            "a workflow command, colors, a title, line ends, controls, marks of direction"
        ),
        (String(repeating: "long_" + String(repeating: "n", count: 195) + "/", count: 19) + "end", "long"),
    ]

    /// The commands; NAME is the name, and `NAME.wasm` and the layout `NAME.oci` exist, unless the path is too long.
    static let commands: [[String]] = [
        ["build", "NAME.wasm", "--layout", "out"], ["build", "NAME.none"],
        ["build", "plugin.wasm", "-t", "reg.example/a:NAME"],
        ["build", "plugin.wasm", "--layout", "NAME.new"],
        ["build", "plugin.wasm", "--annotation", "NAME"],
        ["build", "plugin.wasm", "--digest-file", "NAME/x"],
        ["build", "plugin.wasm", "--format", "NAME"], ["check", "NAME.wasm"], ["check", "NAME.none"],
        ["inspect", "NAME.wasm"], ["inspect", "NAME.oci"], ["inspect", "NAME.oci:NAME"], ["ls", "NAME.oci"],
        ["ls", "NAME.none"], ["verify", "NAME.oci"], ["verify", "NAME.wasm"], ["tags", "reg.example/NAME"],
        ["push", "127.0.0.1:1/a/b:v1", "NAME.none"], ["push", "127.0.0.1:1/a/b:NAME", "plugin.wasm"],
        ["push", "NAME/a/b:v1", "plugin.wasm"], ["push", "127.0.0.1:1/a/b:v1", "NAME.wasm"],
        ["pull", "127.0.0.1:1/a/b:v1", "--ca-file", "NAME"], ["pull", "127.0.0.1:1/a/b:v1", "-o", "NAME/"],
        ["copy", "NAME.oci", "NAME.new"], ["tag", "127.0.0.1:1/a/b:v1", "NAME"], ["help", "NAME"], ["NAME"],
        ["generate", "NAME", "reg.example/a/b:v1"], ["pull", "127.0.0.1:1/a/b:v1", "--authfile", "NAME"],
        [
            "generate", "wasmplugin", "reg.example/a/b:v1", "--offline", "--no-pin", "--plugin-config",
            "@NAME",
        ],
        ["generate", "wasmplugin", "reg.example/a/b:v1", "--offline", "--no-pin", "--root-id", "NAME"],
        ["generate", "wasmplugin", "reg.example/a/b:v1", "--offline", "--no-pin", "--selector", "NAME"],
        ["logout", "NAME"], ["login", "reg.example", "-u", "NAME", "--NAME"],
    ]

    @Test("a name from outside is shown as text", arguments: names)
    func shown(name: String, why: String) async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let isLong = name.utf8.count > 250
        // The system's limit of a path is 4,096 bytes.
        if !isLong {
            try work.write(Modules.plugin, to: "\(name).wasm")
            let built = try await work.run("build", "plugin.wasm", "--layout", "\(name).oci")
            #expect(built.status == 0, "\(built)")
            // As another tool would write it: any text is a name.
            let index = String(decoding: try work.bytes(of: "\(name).oci/index.json"), as: UTF8.self)
            let text = String(decoding: try JSONEncoder().encode(name), as: UTF8.self)
            let named = index.replacing(
                #""digest":"#,
                with: #""annotations":{"org.opencontainers.image.ref.name":\#(text)},"digest":"#,
                maxReplacements: 1
            )
            try work.write(Array(named.utf8), to: "\(name).oci/index.json")
        }
        for (number, command) in Self.commands.enumerated() {
            let isJSON = number.isMultiple(of: 3) && command[0] != "ls"
            let run = try await work.start(
                command.map { $0.replacing("NAME", with: name) } + (isJSON ? ["--json"] : [])
                    + (command.contains { $0.hasPrefix("127.0.0.1:1/") } && command[0] != "generate"
                        ? ["--retries", "0"] : []),
                adding: ["GITHUB_ACTIONS": "true", "CI": "true"]
            ).wait()
            #expect(run.status >= 0 && run.status < 128, "\(why): \(command): \(run)")
            let output = run.errorText + run.outputText
            #expect(output.count < Self.limit, "\(why): \(command): \(output.count)")
            Self.expectHarmless(output, "\(why): \(command): \(run)")
            if isJSON, run.status != 0 {
                #expect(
                    (try? JSONSerialization.jsonObject(with: run.outputBytes)) != nil,
                    "\(command): \(run)"
                )
            }
        }
    }

    /// Expects that neither a terminal nor a runner of GitHub Actions acts on a text that others have chosen.
    private static func expectHarmless(_ output: String, _ about: String) {
        let bad = output.unicodeScalars.first { isControl($0) }
        #expect(bad == nil, "\(String(describing: bad)) in \(about)")
        for line in output.split(whereSeparator: \.isNewline) {
            #expect(!line.contains("##["), "\(about)")
            let isCommand = line.drop(while: \.isWhitespace).hasPrefix("::")
            #expect(!isCommand || line.contains(/^::(error|warning) title=wasmpack/), "\(about)")
        }
    }

    /// Whether a terminal would act on it; the program's own output has only line ends.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x0A: false
        case 0x00...0x1F, 0x7F...0x9F, 0x061C, 0x200E...0x200F, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }

    static let answers: [(rule: String, arguments: [String], why: String)] = [
        (
            #"{"path":"/tags/list","body":{"name":"a/b","tags":["HOSTILE","v1"]}}"#, ["tags", "NAME"],
            "names of tags"
        ),
        (
            #"{"path":"/manifests/","status":404,"headers":{"Content-Type":"application/json"},"#
                + #""body":{"errors":[{"code":"HOSTILE","message":"HOSTILE","detail":"HOSTILE"}]}}"#,
            ["inspect", "NAME:v1"], "an error's code and message"
        ),
        (
            #"{"path":"/manifests/","headers":{"Content-Type":"HOSTILE"}}"#, ["pull", "NAME:v1"],
            "a media type"
        ),
        (
            #"{"path":"/manifests/","extra_headers":{"Docker-Content-Digest":"HOSTILE"}}"#,
            ["pull", "NAME:v1"],
            "a digest"
        ),
        (
            #"{"path":"/v2/","status":401,"headers":{"WWW-Authenticate":"HOSTILE realm=\"HOSTILE\""}}"#,
            ["pull", "NAME:v1"], "a challenge"
        ),
        (
            #"{"path":"/blobs/","status":307,"headers":{"Location":"HOSTILE"}}"#, ["pull", "NAME:v1"],
            "an address"
        ),
        (#"{"path":"/manifests/","body":"HOSTILE"}"#, ["pull", "NAME:v1"], "a document"),
    ]

    @Test("a registry's text is neither an escape nor a workflow command", arguments: answers)
    func registry(rule: String, arguments: [String], why: String) async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        let repository = "\(registry.name)/a/b"
        try work.write(Modules.plugin, to: "plugin.wasm")
        let pushed = try await work.run("push", "\(repository):v1", "plugin.wasm", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
        // A header field cannot have controls, so that they are only in documents.
        let isHeader = rule.contains("headers\":{") && !rule.contains("detail")
        let hostile =
            "::error::x ##[add-mask]y" + (isHeader ? "" : #"\n::set-output name=a::b\u001b[31m\u202e"#)
        try await registry.order("[\(rule.replacing("HOSTILE", with: hostile))]")
        for flags in [["--json"], ["--debug"]] {
            let run = try await work.start(
                arguments.map { $0.replacing("NAME", with: repository) } + ["--plain-http"] + flags,
                adding: ["GITHUB_ACTIONS": "true", "CI": "true"]
            ).wait()
            #expect(run.status >= 0 && run.status < 128, "\(why): \(run)")
            Self.expectHarmless(run.errorText + run.outputText, "\(why): \(run)")
        }
    }

    static let locales: [(variables: [String: String], isUnicode: Bool)] = [
        (["LC_ALL": "", "LANG": "xx_YY.UTF-8"], true), (["LC_ALL": "nonsense"], false),
        (["LC_ALL": "", "LANG": "xx_YY"], false), (["LC_ALL": "", "LC_CTYPE": "UTF-8", "LANG": "C"], true),
        (["LC_ALL": ""], false), (["LC_ALL": "\u{1B}[31m.utf8"], true),
    ]

    @Test("a locale that does not exist changes at most the symbols", arguments: locales)
    func locale(variables: [String: String], isUnicode: Bool) async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        let built = try await work.start(["build", "plugin.wasm"], adding: variables).wait()
        #expect(built.status == 0, "\(built)")
        #expect(built.errorText.contains(isUnicode ? "✓ istio" : "ok istio"), "\(built)")
        #expect(built.errorText.utf8.allSatisfy { $0 < 0x80 } != isUnicode, "\(built)")
        for command in [
            ["check", "plugin.wasm"], ["inspect", "plugin-oci"], ["ls", "plugin-oci"], ["verify", "no"],
        ] {
            let run = try await work.start(command, adding: variables).wait()
            #expect([0, 66].contains(run.status), "\(run)")
            let bytes = Array(run.outputBytes) + Array(run.errorText.utf8)
            #expect(isUnicode || bytes.allSatisfy { $0 < 0x80 }, "\(run)")
            #expect(!bytes.contains(0x1B), "\(run)")
        }
    }
}
