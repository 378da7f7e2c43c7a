import Foundation
import TestSupport
import Testing

/// Help: its size, its words and its examples, on terminals of several widths.
@Suite(.timed, .timeLimit(.minutes(5))) struct HelpTests {
    private static let commands = [
        "build", "check", "push", "pull", "copy", "tag", "tags", "delete", "login", "logout", "inspect", "ls",
        "digest",
        "verify", "generate", "serve", "version", "completion",
    ]
    private static let topics = [
        "registry", "credentials", "references", "image", "output", "fields", "faults", "exit-codes",
    ]

    private static func help(_ arguments: String..., columns: Int) async throws -> [String] {
        let work = try Workspace()
        let run = try await work.start(arguments, adding: ["COLUMNS": "\(columns)"]).wait()
        #expect(run.status == 0, "\(run)")
        #expect(run.errorText.isEmpty, "\(run)")
        return run.outputText.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(
            String.init
        )
    }

    @Test("the program's help fits a terminal of 24 lines", arguments: [[], ["help"], ["--help"], ["-h"]])
    func root(arguments: [String]) async throws {
        let work = try Workspace()
        let run = try await work.start(arguments, adding: ["COLUMNS": "80"]).wait()
        #expect(run.status == 0, "\(run)")
        let lines = run.outputText.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        #expect(lines.count <= 24)
        #expect(lines.first == "Package Envoy Wasm plugins as OCI images; push, pull and check them.")
        for group in ["Make", "Move", "Look", "Deploy"] {
            #expect(lines.contains { $0.hasPrefix("\(group) ") }, "\(group)")
        }
        for command in Self.commands { #expect(run.outputText.contains(" \(command)"), "\(command)") }
        #expect(run.outputText.contains("wasmpack help COMMAND"))
        #expect(lines.contains("Usage: wasmpack COMMAND [options]"))
        // Each command has one line.
        for command in Self.commands.dropLast(2) {
            #expect(lines.contains { $0.dropFirst(7).hasPrefix("\(command) ") }, "\(command)")
        }
    }

    @Test("a command's help fits 24 lines of 78 columns", arguments: commands)
    func command(name: String) async throws {
        let lines = try await Self.help("help", name, columns: 78)
        #expect(lines.count <= 24, "\(lines.joined(separator: "\n"))")
        for line in lines { #expect(line.count <= 78, "\(line)") }
        #expect(try await Self.help(name, "--help", columns: 78) == lines)
        #expect(try await Self.help(name, "-h", columns: 78) == lines)
    }

    @Test("a narrow terminal wraps prose between words only, and examples stay commands", arguments: commands)
    func narrow(name: String) async throws {
        let wide = try await Self.help("help", name, columns: 200)
        for columns in [40, 56] {
            let lines = try await Self.help("help", name, columns: columns)
            for line in lines where line.count > columns {
                #expect(!line.drop { $0 == " " }.contains(" "), "\(line)")
            }
            func words(_ lines: [String]) -> [String] {
                lines.joined(separator: "\n").replacing("\\\n", with: "").split { " \n".contains($0) }
                    .map(String.init)
            }
            #expect(words(lines) == words(wide))
        }
    }

    @Test("a topic's help fits 24 lines", arguments: topics)
    func topic(name: String) async throws {
        let lines = try await Self.help("help", name, columns: 78)
        #expect(lines.count <= 24, "\(lines.count)")
        for line in lines { #expect(line.count <= 78, "\(line)") }
        for line in try await Self.help("help", name, columns: 40) where line.count > 40 {
            #expect(!line.drop { $0 == " " }.contains(" "), "\(line)")
        }
    }

    @Test func `the shared options are in a topic instead of each page`() async throws {
        let push = try await Self.help("help", "push", columns: 78).joined(separator: "\n")
        #expect(push.contains("Registry and login options: wasmpack help registry"))
        #expect(push.contains("Output options (wasmpack help output): -q -v --debug --json --color WHEN …"))
        #expect(push.contains("Image options: wasmpack help image"))
        #expect(!push.contains("--ca-file"))
        let topic = try await Self.help("help", "registry", columns: 78).joined(separator: "\n")
        for option in ["--ca-file FILE", "--plain-http", "-u, --username NAME", "--anonymous", "--retries N"]
        {
            #expect(topic.contains(option), "\(option)")
        }
    }

    @Test func `login shows the option for its file, and the topic of its connection`() async throws {
        let login = try await Self.help("help", "login", columns: 78).joined(separator: "\n")
        #expect(login.contains("--authfile FILE"))
        #expect(login.contains("Connection options: wasmpack help registry"))
        #expect(!login.contains("--ca-file FILE"))
    }

    @Test func `help shows the first paragraph about a command`() async throws {
        let delete = try await Self.help("help", "delete", columns: 78).joined(separator: " ")
        #expect(delete.contains("With a digest, the image is deleted with all its tags."))
        let check = try await Self.help("help", "check", columns: 78)
        #expect(check.contains("Exits 0 if every selected consumer accepts the plugin, 1 otherwise."))
    }

    @Test func `help explains an error code`() async throws {
        let lines = try await Self.help("help", "tag-invalid", columns: 78)
        #expect(lines.first == "Error code tag-invalid: the tag is not allowed")
        #expect(lines.last == "  exit  64: invalid command line or reference")
    }

    private static let kinds = [
        "wasmplugin", "trafficextension", "envoy-gateway", "higress", "envoy", "image-volume", "pull-secret",
        "kustomization",
    ]

    @Test("help about a kind of document shows the options that apply to it", arguments: kinds)
    func document(kind: String) async throws {
        let lines = try await Self.help("help", "generate", kind, columns: 78)
        #expect(lines.count <= 24, "\(lines.joined(separator: "\n"))")
        #expect(lines.contains("Usage: wasmpack generate \(kind) REFERENCE [options]"))
        #expect(lines.contains { $0.hasPrefix("  wasmpack generate \(kind) ghcr.io/") })
        #expect(try await Self.help("generate", kind, "--help", columns: 78) == lines)
        let text = lines.joined(separator: "\n")
        #expect(
            text.contains("--selector") == ["wasmplugin", "trafficextension"].contains(kind)
        )
        #expect(text.contains("  --show ") == (kind == "pull-secret"))
        #expect(text.contains("--output DIR") == (kind == "kustomization"))
        #expect(text.contains("\n  --no-pin ") == !["pull-secret", "envoy"].contains(kind))
    }

    @Test func `help shows the page of an alias`() async throws {
        #expect(try await Self.help("help", "cp", columns: 78) == Self.help("help", "copy", columns: 78))
        #expect(try await Self.help("rm", "-h", columns: 78) == Self.help("help", "delete", columns: 78))
    }

    static let unknown: [(word: String, try: String)] = [
        ("puhs", "wasmpack help push"),
        ("PUSH", "wasmpack help push"),
        ("credential", "wasmpack help credentials"),
        ("tag-invalidd", "wasmpack help tag-invalid"),
        // A command of docker.
        ("images", "wasmpack help ls"),
        ("completelyunknown", "wasmpack help"),
        // Two edits of four letters.
        ("nope", "wasmpack help"),
    ]

    @Test("help about an unknown word fails and suggests the nearest one", arguments: unknown)
    func unknownWord(word: String, line: String) async throws {
        let work = try Workspace()
        let run = try await work.run("help", word)
        #expect(run.status == 64, "\(run)")
        #expect(run.outputText.isEmpty)
        #expect(run.errorText.hasPrefix("error[usage]: no help topic \"\(word)\"\n"), "\(run)")
        #expect(run.errorText.hasSuffix("try: \(line)\n"), "\(run)")
        let json = try await work.run("help", word, "--json")
        #expect(json.status == 64)
        #expect(json.outputText.hasPrefix(#"{"error":{"code":"usage","exit":64"#), "\(json)")
    }

    @Test func `prints its version`() async throws {
        let work = try Workspace()
        let version = try await work.run("version")
        #expect(version.status == 0, "\(version)")
        let lines = version.outputText.split(separator: "\n")
        let number = try #require(
            version.outputText.prefixMatch(of: /wasmpack (\d+\.\d+\.\d+)\ncommit +[a-z0-9]/)
        ).output.1
        for library in ["zlib", "libcrypto", "libyaml", "libcurl", "libarchive", "libssl"] {
            #expect(lines.count { $0.hasPrefix("library  \(library) ") } == 1, "\(version)")
        }
        let line = try await work.run("--version").outputText
        #expect(line.wholeMatch(of: /wasmpack [\d.]+ \(zlib [\d.]+\)\n/) != nil, "\(line)")
        #expect(line.hasPrefix("wasmpack \(number) "))
        #expect(try await work.run("push", "--version").outputText == line)
        // The same for what answers without a command.
        for arguments in ["--version", "version", "help"] {
            let full = try await work.other("sh", "-c", "\(Workspace.program) \(arguments) >/dev/full")
            #expect(full.status == 74 && full.errorText.contains("error[disk-full]"), "\(arguments): \(full)")
        }
        let document = try await work.run("version", "--json")
        #expect(document.outputText.contains(#""schema":"wasmpack.version/v1""#), "\(document)")
    }
}
