import Foundation
import TestSupport
import Testing

/// Credential files and variables as editors, shells and CI systems really write them.
@Suite(.timed, .timeLimit(.minutes(5))) struct SecretEncodingTests {
    private let work: Workspace
    private let registry: ScriptedRegistry

    init() async throws {
        work = try Workspace()
        registry = try await ScriptedRegistry("--auth", "basic", "--user", "ci:hush-word")
        try work.write(Modules.plugin, to: "module.wasm")
    }

    private var json: String {
        #"{"auths":{"\#(registry.name)":{"username":"ci","password":"hush-word"}}}"#
    }

    private func push(adding variables: [String: String] = [:]) async throws -> CommandLineRun {
        try await work.run(
            "push",
            "\(registry.name)/a/b:v1",
            "module.wasm",
            "--plain-http",
            adding: variables
        )
    }

    static let secrets: [[String: String]] = [
        ["WASMPACK_USERNAME": "ci", "WASMPACK_PASSWORD": "hush-word\n"],
        ["WASMPACK_USERNAME": "ci", "WASMPACK_PASSWORD": "hush-word\r\n"],
    ]

    @Test("says that a password in a variable ends in a line end", arguments: secrets)
    func variable(variables: [String: String]) async throws {
        let run = try await push(adding: variables)
        #expect(run.status == 77, "\(run)")
        #expect(run.errorText.contains("the password ends in a line end"), "\(run)")
    }

    @Test("says that a password in a configuration ends in a line end", arguments: ["password", "auth"])
    func configuration(member: String) async throws {
        let entry =
            member == "auth"
            ? #""auth":"\#(Data("ci:hush-word\n".utf8).base64EncodedString())""#
            : #""username":"ci","password":"hush-word\n""#
        let config = #"{"auths":{"\#(registry.name)":{\#(entry)}}}"#
        let run = try await push(adding: ["DOCKER_AUTH_CONFIG": config])
        #expect(run.status == 77, "\(run)")
        #expect(run.errorText.contains("the password ends in a line end"), "\(run)")
    }

    @Test func `accepts a configuration with a byte order mark, also to change it`() async throws {
        try work.write([0xEF, 0xBB, 0xBF] + json.utf8, to: "home/.docker/config.json")
        #expect(try await push().status == 0)
        let login = try await work.run(
            "login",
            "other.example",
            "--no-verify",
            "-u",
            "me",
            "--password-stdin",
            input: "hush-other\n"
        )
        #expect(login.status == 0, "\(login)")
        #expect(try await push().status == 0)
        #expect(try work.bytes(of: "home/.docker/config.json").first == UInt8(ascii: "{"))
        let variable = try await push(adding: ["DOCKER_AUTH_CONFIG": "\u{FEFF}\(json)"])
        #expect(variable.status == 0, "\(variable)")
    }

    static let encodings: [(encode: @Sendable (String) -> [UInt8], name: String)] = [
        ({ [0xFF, 0xFE] + $0.utf16.flatMap { [UInt8($0 & 0xFF), UInt8($0 >> 8)] } }, "UTF-16"),
        ({ [0xFE, 0xFF] + $0.utf16.flatMap { [UInt8($0 >> 8), UInt8($0 & 0xFF)] } }, "UTF-16"),
        ({ Array(Data($0.utf8).base64EncodedString().utf8) + [0x0A] }, "base64"),
    ]

    @Test("names the encoding of a file, and its remedy repairs it", arguments: encodings.indices)
    func encodedFile(row: Int) async throws {
        let (encode, name) = Self.encodings[row]
        try work.write(encode(json), to: "home/.docker/config.json")
        let run = try await push()
        #expect(run.status == 78, "\(run)")
        #expect(run.errorText.contains("it is \(name)"), "\(run)")
        try await follow(run)
        let repaired = try await push()
        #expect(repaired.status == 0, "\(repaired)")
    }

    @Test func `names the encoding of a variable, and its remedy repairs it`() async throws {
        let encoded = Data(json.utf8).base64EncodedString()
        let run = try await push(adding: ["DOCKER_AUTH_CONFIG": encoded])
        #expect(run.status == 78, "\(run)")
        let remedy = try #require(Self.remedy(run))
        let script = "export DOCKER_AUTH_CONFIG='\(encoded)'; \(remedy); exec \"$0\" \"$@\""
        let reference = "\(registry.name)/a/b:v1"
        let repaired = try await work.other(
            "/bin/sh",
            "-c",
            script,
            Workspace.program,
            "push",
            reference,
            "module.wasm",
            "--plain-http"
        )
        #expect(repaired.status == 0, "\(repaired)")
    }

    static let faults: [(text: String, place: String)] = [
        ("{\"auths\":{}}\n}", #"at line 2, column 1: "}""#),
        ("{\"auths\":{\n  \"x\" {}}}", #"at line 2, column 7: "{""#),
        ("{\"auths\":{\"x\":{\"password\": hush-bare}}}", "at line 1, column 28: a letter"),
        ("{\"auths\":{},}", #"at line 1, column 13: "}""#),
        ("{'auths':{}}", #"at line 1, column 2: "'""#),
    ]

    @Test("shows the line, the column and the character of another fault", arguments: faults)
    func fault(text: String, place: String) async throws {
        try work.write(text.utf8, to: "home/.docker/config.json")
        let run = try await push()
        #expect(run.status == 78, "\(run)")
        #expect(run.errorText.contains(place), "\(run)")
        #expect(!run.errorText.contains("hush"))
    }

    private static func remedy(_ run: CommandLineRun) -> String? {
        run.errorText.split(separator: "\n").first { $0.hasPrefix("  try: ") }.map { String($0.dropFirst(7)) }
    }

    /// Runs the first remedy of an error in the user's shell.
    private func follow(_ run: CommandLineRun) async throws {
        let remedy = try #require(Self.remedy(run))
        let done = try await work.other("/bin/sh", "-c", remedy)
        #expect(done.status == 0, "\(remedy): \(done)")
    }
}
