import Foundation
import TestSupport
import Testing

/// Paths are bytes: a folder whose name is not UTF-8 is used unchanged, or refused, but never replaced by another one.
@Suite(.timed, .timeLimit(.minutes(5))) struct PathBytesTests {
    private let work: Workspace

    init() throws {
        work = try Workspace()
        try work.write(Modules.plugin, to: "module.wasm")
    }

    /// Runs a script in which `$odd` is the path of a new folder's name with the byte 0xFF, and `$0` the program.
    ///
    /// The script itself removes the folder, because Foundation cannot.
    private func script(_ text: String) async throws -> CommandLineRun {
        let whole = #"""
            odd="$PWD/$(printf 'odd-\377')"
            \#(text)
            status=$?
            rm -rf "$odd"
            ls -A | grep -c odd- && echo "another folder was made"
            exit $status
            """#
        return try await work.other("/bin/sh", "-c", whole, Workspace.program)
    }

    static let folders: [(script: String, proof: String, why: String)] = [
        (#"WASMPACK_LAYOUT="$odd" "$0" build module.wasm"#, "index.json", "the layout"),
        (
            #"mkdir "$odd"; TMPDIR="$odd" "$0" copy image "$PWD/x.tar"; touch "$odd/used""#, "used",
            "temporary files"
        ),
        (
            #"printf word | DOCKER_CONFIG="$odd" "$0" login localhost:1 --no-verify -u me --password-stdin"#,
            "config.json", "docker's folder"
        ),
        (
            #"printf word | HOME="$odd" "$0" login localhost:1 --no-verify -u me --password-stdin"#,
            ".docker/config.json", "the home folder"
        ),
    ]

    @Test("writes into the folder that a variable names, byte for byte", arguments: folders)
    func folder(script: String, proof: String, why: String) async throws {
        _ = try await work.run("build", "module.wasm", "--layout", "image")
        let run = try await self.script(#"\#(script) && test -e "$odd/\#(proof)""#)
        #expect(run.status == 0, "\(why): \(run)")
        #expect(!run.outputText.contains("another folder"), "\(why): \(run)")
    }

    static let credentials: [(variable: String, file: String)] = [
        ("REGISTRY_AUTH_FILE=\"$odd/file\"", "file"),
        ("XDG_CONFIG_HOME=\"$odd\"", "containers/auth.json"),
        ("XDG_RUNTIME_DIR=\"$odd\"", "containers/auth.json"),
    ]

    @Test("reads credentials from the file that a variable names, byte for byte", arguments: credentials)
    func credential(variable: String, file: String) async throws {
        let registry = try await ScriptedRegistry("--auth", "basic", "--user", "me:hush-byte")
        let entry = #"{"auths":{"\#(registry.name)":{"username":"me","password":"hush-byte"}}}"#
        let run = try await script(
            #"""
            mkdir -p "$odd/containers"; printf '%s' '\#(entry)' > "$odd/\#(file)"; chmod 600 "$odd/\#(file)"
            \#(variable) "$0" push \#(registry.name)/a/b:v1 module.wasm --plain-http
            """#
        )
        #expect(run.status == 0, "\(run)")
    }

    static let texts: [(variable: String, command: String)] = [
        ("WASMPACK_USERNAME", #"WASMPACK_PASSWORD=word "$0" tags localhost:1/a"#),
        ("WASMPACK_PASSWORD", #"WASMPACK_USERNAME=me "$0" tags localhost:1/a"#),
        ("https_proxy", #""$0" tags registry.example/a"#),
        ("NO_PROXY", #""$0" tags registry.example/a"#),
        ("SSL_CERT_DIR", #""$0" tags registry.example/a"#),
        ("SOURCE_DATE_EPOCH", #""$0" build module.wasm"#),
    ]

    @Test("refuses the text of a variable that is not UTF-8", arguments: texts)
    func text(variable: String, command: String) async throws {
        let run = try await script(#"\#(variable)="$(printf '\377')" \#(command)"#)
        #expect(run.status == 78, "\(run)")
        #expect(run.errorText.contains("$\(variable) is not valid UTF-8"), "\(run)")
    }

    @Test func `names a file in the build context whose name is not UTF-8`() async throws {
        try work.write("FROM scratch\nCOPY folder/ ./\n".utf8, to: "Dockerfile")
        let run = try await work.other(
            "/bin/sh",
            "-c",
            #"mkdir folder; cp module.wasm folder/plugin.wasm; touch "folder/$(printf 'a\377')"; "$0" build .; s=$?; rm -r folder; exit $s"#,
            Workspace.program
        )
        #expect(run.status == 65, "\(run)")
        #expect(run.errorText.contains("not valid UTF-8"), "\(run)")
    }
}
