import Foundation
import TestSupport
import Testing

/// Command lines that the argument parser rejects: the same form as every other error.
@Suite(.timed, .timeLimit(.minutes(5))) struct UsageTests {
    static let rejected: [(arguments: [String], message: String, try: String)] = [
        (["login"], "login needs a registry", "wasmpack login ghcr.io -u NAME"),
        (["push"], "push needs a reference", "wasmpack push ghcr.io/me/my-plugin:v1"),
        (["check"], "check needs a target", "wasmpack build path/to/plugin.wasm"),
        (
            ["copy", "a.tar"], "copy needs a destination (TO)",
            "wasmpack copy a.tar registry.internal/plugins/my-plugin:v1"
        ),
        (["tag", "a.io/b:v1"], "tag needs a new tag", "wasmpack tag a.io/b:v1 v1 stable"),
        (
            ["generate", "pull-secret"], "generate needs a reference",
            "wasmpack generate pull-secret ghcr.io --name wasm-secret --namespace istio-system"
        ),
        (["generate", "higress"], "generate needs a reference", "wasmpack help generate"),
        (["completion"], "completion needs a shell: bash, zsh or fish", "source <(wasmpack completion bash)"),
        (
            ["push", "a.io/b:v1", "--plain-htp"], "push has no option --plain-htp",
            "use --plain-http"
        ),
        (["push", "a.io/b:v1", "-x"], "push has no option -x", "wasmpack help push"),
        (
            ["push", "a.io/b:v1", "x.wasm", "y.wasm"], "push takes 2 arguments: REFERENCE [SOURCE]",
            "wasmpack help push"
        ),
        (["version", "x", "y"], "version takes no argument", "wasmpack help version"),
        (["build", "-t"], "-t needs a value: REFERENCE", "wasmpack help build"),
        (["build", "--format"], "--format needs a value: FORMAT", "wasmpack help build"),
        (["build", "--format", "imge"], "\"imge\" is not a valid value for --format", "use --format image"),
        (
            ["check", "x", "--for", "eg"], "\"eg\" is not a valid value for --for",
            "use --for envoy-gateway"
        ),
        (
            ["check", "x", "--for", "istio@latest"], "\"istio@latest\" is not a valid value for --for",
            "use --for istio"
        ),
        (["completion", "bsh"], "\"bsh\" is not a valid value for SHELL", "use bash as SHELL"),
        (
            ["generate", "wasmplugn", "a.io/b:v1"], "\"wasmplugn\" is not a valid value for KIND",
            "use wasmplugin as KIND"
        ),
        (
            ["build", "--format", "artefact"], "\"artefact\" is not a valid value for --format",
            "use --format artifact"
        ),
        (
            ["generate", "secret", "a.io/b:v1"], "\"secret\" is not a valid value for KIND",
            "use pull-secret as KIND"
        ),
        (
            ["generate", "kustomize", "a.io/b:v1"], "\"kustomize\" is not a valid value for KIND",
            "use kustomization as KIND"
        ),
        (
            ["generate", "wasmplugin", "a.io/b:v1", "--phase", "AUTHX"],
            "\"AUTHX\" is not a valid value for --phase", "use --phase AUTHN"
        ),
        (
            ["generate"], "generate needs a kind",
            "wasmpack generate wasmplugin ghcr.io/me/my-plugin:v1 --selector app=web"
        ),
        (
            ["push", "a.io/b:v1", "--retries", "many"], "\"many\" is not a valid value for --retries",
            "wasmpack help registry"
        ),
        (["push", "--timeout"], "--timeout needs a value: SECONDS", "wasmpack help registry"),
        (["push", "--also-tag"], "--also-tag needs a value: TAG", "wasmpack help push"),
        (
            ["generate", "wasmplugin", "a.io/b:v1", "--priority", "high"],
            "\"high\" is not a valid value for --priority", "wasmpack help fields"
        ),
        (
            ["generate", "wasmplugin", "--selector"], "--selector needs a value: KEY=VALUE",
            "wasmpack help fields"
        ),
        (
            ["generate", "a.io/b:v1", "WasmPlugin"], "\"a.io/b:v1\" is not a valid value for KIND",
            "wasmpack generate wasmplugin a.io/b:v1"
        ),
        (["build", "--json=yes"], "--json takes no value", "write --json without a value"),
        (
            ["build", "--archive", "x.tar", "--layout", "y"],
            "--archive and --layout cannot be used together", "wasmpack help build"
        ),
        (
            ["push", "a.io/b:v1", "x.wasm", "--layout", "y"],
            "SOURCE and --layout cannot be used together", "wasmpack help push"
        ),
        (["--bogus"], "wasmpack has no option --bogus", "wasmpack help"),
        // A path after --envoy is the target.
        (
            ["check", "--envoy", "/bin/sh", "plugin.wasm"], "check takes one argument: TARGET",
            "wasmpack check --envoy=/bin/sh plugin.wasm"
        ),
        (
            ["check", "--envoy", "plugin.wasm", "other.wasm"], "check takes one argument: TARGET",
            "wasmpack help check"
        ),
        // Options of other tools.
        (
            ["push", "--tag", "a.io/b:v1", "x.wasm"], "push has no option --tag",
            "use --also-tag for another tag"
        ),
        (["push", "-t", "a.io/b:v1", "x.wasm"], "push has no option -t", "use --also-tag for another tag"),
        (["build", "-o", "out"], "build has no option -o", "use --archive FILE.tar"),
        (["build", "--output=out"], "build has no option --output", "use --archive FILE.tar"),
        (
            ["generate", "wasmplugin", "a.io/b:v1", "-n", "istio-system"], "generate has no option -n",
            "use --namespace NAME"
        ),
        (
            ["pull", "a.io/b:v1", "--tls-verify=false"], "pull has no option --tls-verify",
            "use --tls-skip-verify"
        ),
        (
            ["copy", "a.io/b:v1", "c.io/d:v1", "--dest-tls-verify=False"],
            "copy has no option --dest-tls-verify", "use --tls-skip-verify"
        ),
        (
            ["tags", "a.io/b", "--skip-tls-verify"], "tags has no option --skip-tls-verify",
            "use --tls-skip-verify"
        ),
        // Certificates are verified anyway.
        (
            ["pull", "a.io/b:v1", "--tls-verify"], "pull has no option --tls-verify",
            "omit it: certificates are verified by default"
        ),
        (
            ["cp", "a.io/b:v1", "c.io/d:v1", "--src-tls-verify=true"], "copy has no option --src-tls-verify",
            "omit it: certificates are verified by default"
        ),
        (
            ["tags", "a.io/b", "--insecure=false"], "tags has no option --insecure",
            "omit it: certificates are verified by default"
        ),
        // Only options that the command has are suggested.
        (["ls", "--user", "x"], "ls has no option --user", "wasmpack help ls"),
        (["ls", "--tls-verify"], "ls has no option --tls-verify", "wasmpack help ls"),
        (["tags", "a.io/b", "--iidfile", "x"], "tags has no option --iidfile", "wasmpack help tags"),
        (
            ["push", "a.io/b:v1", "--iidfile", "x"], "push has no option --iidfile",
            "use --digest-file FILE"
        ),
        (
            ["copy", "a.io/b:v1", "c.io/d:v1", "--src-creds", "x"], "copy has no option --src-creds",
            "use --from-authfile FILE"
        ),
        (
            ["copy", "a.io/b:v1", "c.io/d:v1", "--dest-creds=x"], "copy has no option --dest-creds",
            "use --to-authfile FILE"
        ),
        (
            ["copy", "a.io/b:v1", "c.io/d:v1", "--src-cert-dir", "x"], "copy has no option --src-cert-dir",
            "use --from-ca-file FILE"
        ),
        (
            ["tags", "a.io/b", "--insecure"], "tags has no option --insecure",
            "use --tls-skip-verify for a certificate that is not trusted"
        ),
        (
            ["generate", "wasmplugin", "a.io/b:v1", "-o", "x.yaml"],
            "--output is for kustomization only; other kinds are printed, so write > FILE",
            "wasmpack help generate"
        ),
        (
            ["check", "x", "--for", "istio1.29"], "\"istio1.29\" is not a valid value for --for",
            "use --for istio@1.29"
        ),
        (
            ["check", "x", "--for", "envoy-v1.38"], "\"envoy-v1.38\" is not a valid value for --for",
            "use --for envoy@1.38"
        ),
        // A value at the place of another one.
        (
            ["serve", "127.0.0.1:5005"], "serve takes no argument", "wasmpack serve --listen 127.0.0.1:5005"
        ),
        (
            ["build", "x.wasm", "a.io/b:v1"], "build takes one argument: PATH",
            "wasmpack build x.wasm -t a.io/b:v1"
        ),
        (
            ["push", "a.io/b", "v1", "x.wasm"], "push takes 2 arguments: REFERENCE [SOURCE]",
            "wasmpack push a.io/b:v1 x.wasm"
        ),
        (["run", "x.wasm", "--port", "8080"], "run has no option --port", "use --listen 127.0.0.1:PORT"),
        // An option without the one that it needs.
        (["login", "a.io", "--password-stdin"], "--password-stdin needs --username", "add -u NAME"),
        (
            ["serve", "-u", "bob"], "--username and --password-stdin must be used together",
            "use -u NAME --password-stdin"
        ),
        (["run", "x.wasm", "--header", "a:b"], "--header needs --request", "add --request \"GET /\""),
        (
            ["run", "x.wasm", "--watch", "--request", "/"], "--watch and --request cannot be used together",
            "leave out --watch to send one request"
        ),
        (
            ["run", "x.wasm", "--request", "get /x"], "the method get is not in capitals",
            "--request \"GET /x\""
        ),
        // A forgotten reference, or repository.
        (
            ["push", "plugin.wasm"], "the reference is missing",
            "wasmpack push registry.example.com/my-plugin:v1 plugin.wasm"
        ),
        (
            ["push", "./a.wasm", "b.wasm"], "the reference is missing",
            "wasmpack push registry.example.com/my-plugin:v1 b.wasm"
        ),
        (
            ["build", "-t", "a.wasm"], "the reference is missing",
            "wasmpack build a.wasm -t registry.example.com/my-plugin:v1"
        ),
        (
            ["push", "localhost:5000", "x.wasm"],
            "localhost:5000 names only a registry; the repository is missing",
            "wasmpack push localhost:5000/my-plugin:v1 x.wasm"
        ),
        (
            ["build", "x.wasm", "-t", "ghcr.io"], "ghcr.io names only a registry; the repository is missing",
            "wasmpack build plugin.wasm -t ghcr.io/my-plugin:v1"
        ),
        // A kind of document without the command.
        (
            ["wasmplugin", "a.io/b:v1"], "wasmpack has no command \"wasmplugin\"",
            "wasmpack generate wasmplugin a.io/b:v1"
        ),
        // Commands of other tools.
        (["deploy"], "wasmpack has no command \"deploy\"", "wasmpack generate wasmplugin REFERENCE"),
        (["start"], "wasmpack has no command \"start\"", "wasmpack run plugin.wasm"),
        (
            ["images"], "wasmpack has no command \"images\"",
            "wasmpack tags REPOSITORY"
        ),
        (["kubeconform"], "wasmpack has no command \"kubeconform\"", "wasmpack lint FILE"),
        (["upload"], "wasmpack has no command \"upload\"", "wasmpack push REFERENCE plugin.wasm"),
        (["resolve"], "wasmpack has no command \"resolve\"", "wasmpack digest REFERENCE"),
        (["manifest"], "wasmpack has no command \"manifest\"", "wasmpack inspect --raw manifest REFERENCE"),
        (["Rmi"], "wasmpack has no command \"Rmi\"", "wasmpack delete REFERENCE"),
        (["rmi", "a.io/b:v1"], "wasmpack has no command \"rmi\"", "wasmpack delete a.io/b:v1"),
        (
            ["upload", "x.wasm", "a.io/b:v1"], "wasmpack has no command \"upload\"",
            "wasmpack push a.io/b:v1 x.wasm"
        ),
        (["signin", "a.io"], "wasmpack has no command \"signin\"", "wasmpack login a.io"),
        (["pusj"], "unknown command \"pusj\"", "wasmpack push"),
        (
            ["psuh", "a.io/b:v1", "x y.wasm"], "unknown command \"psuh\"",
            "wasmpack push a.io/b:v1 'x y.wasm'"
        ),
        (["psuh", "a.io/b:v1", "--anonymous"], "unknown command \"psuh\"", "wasmpack push"),
        // Another word of four letters.
        (["nope"], "unknown command \"nope\"", "wasmpack help"),
        // Options that are not similar.
        (["push", "a.io/b:v1", "--to", "x"], "push has no option --to", "wasmpack help push"),
        (["serve", "--port", "5001"], "serve has no option --port", "use --listen 127.0.0.1:PORT"),
        (
            ["serve", "--listen", "5001"], "--listen \"5001\" is not ADDRESS:PORT",
            "use --listen 127.0.0.1:0 for a free port"
        ),
        (["serve", "--slow", "fast"], "--slow \"fast\" is not valid", "wasmpack help serve"),
        (
            ["generate", "foo", "a.io/b:v1"], "\"foo\" is not a valid value for KIND",
            "wasmpack help generate"
        ),
        (
            ["pull", "a.io/b:v1", "./x.wasm"], "pull takes one argument: REFERENCE",
            "wasmpack pull a.io/b:v1 -o ./x.wasm"
        ),
        // Two edits of three letters are another word, not a typing error.
        (["foo"], "unknown command \"foo\"", "wasmpack help"),
        (["--verbose", "build"], "--verbose comes before the command", "wasmpack build --verbose"),
        (["-q", "--color=never", "rm", "a.io/b:v1"], "-q comes before the command", "write it after rm"),
    ]

    @Test func `names the values of a missing argument`() async throws {
        let run = try await Workspace().run("generate")
        #expect(run.errorText.contains("\n  why: the values are wasmplugin, trafficextension, "), "\(run)")
    }

    @Test func `names the range of a number`() async throws {
        let run = try await Workspace().run(
            "generate",
            "wasmplugin",
            "a.io/b:v1",
            "--priority",
            "2147483648"
        )
        #expect(run.errorText.contains("\n  why: --priority N: "), "\(run)")
        #expect(run.errorText.contains("(-2147483648 to 2147483647)"), "\(run)")
    }

    @Test("says what is wrong in the form of every error", arguments: rejected)
    func wrong(arguments: [String], message: String, line: String) async throws {
        let work = try Workspace()
        let run = try await work.start(arguments).wait()
        #expect(run.status == 64, "\(run)")
        #expect(run.outputText.isEmpty, "\(run)")
        #expect(run.errorText.hasPrefix("error[usage]: \(message)\n"), "\(run)")
        #expect(run.errorText.hasSuffix(" \(line)\n"), "\(run)")
        guard !arguments.contains("--json=yes") else { return }
        let document = try await work.start(arguments + ["--json"]).wait()
        #expect(document.status == 64)
        let object = try JSONSerialization.jsonObject(with: document.outputBytes) as? [String: Any]
        let error = object?["error"] as? [String: Any]
        #expect(error?["message"] as? String == message, "\(document)")
        #expect((error?["try"] as? [String])?.last == line, "\(document)")
    }

    @Test func `counts the arguments that were given`() async throws {
        let work = try Workspace()
        let run = try await work.run("push", "a.io/b:v1", "x.wasm", "y.wasm", "z.wasm")
        #expect(run.errorText.contains("\n  why: 4 were given\n"), "\(run)")
        let one = try await work.run("version", "x")
        #expect(one.errorText.contains("\n  why: 1 was given\n"), "\(one)")
    }

    @Test func `does not repeat an argument that may be a secret`() async throws {
        let work = try Workspace()
        for arguments in [
            ["login", "a.io", "hush-word"], ["push", "a.io/b:v1", "x.wasm", "hush-word"],
            ["lgoin", "a.io", "hush-word"], ["psuh", "a.io/b:v1", "x.wasm", "hush-word"],
            ["login", "a.io", "--passwrd=hush-word"], ["login", "a.io", "--passwrd", "hush-word"],
            ["--username", "hush-word", "login", "a.io"], ["--passwrd=hush-word", "login", "a.io"],
        ] {
            let run = try await work.start(arguments).wait()
            #expect(run.status == 64, "\(run)")
            #expect(!run.description.contains("hush-word"), "\(run)")
        }
    }

    @Test func `a path after --envoy is the target`() async throws {
        let work = try Workspace()
        try work.write(Modules.tiny, to: "plugin.wasm")
        // The Envoy in $PATH is looked for only after the target was read.
        for arguments in [
            ["--envoy", "plugin.wasm"], ["plugin.wasm", "--envoy"],
            ["--strict", "--envoy", "plugin.wasm", "--json"],
        ] {
            let run = try await work.start(["check"] + arguments).wait()
            #expect(run.status == 78, "\(run)")
            #expect(run.errorText.contains("error[envoy-missing]"), "\(run)")
        }
        let named = try await work.run("check", "--envoy=./no-envoy", "plugin.wasm")
        #expect(named.errorText.contains("./no-envoy"), "\(named)")
        let literal = try await work.run("check", "--", "--envoy")
        #expect(literal.status == 66, "\(literal)")
    }

    @Test func `short options are the same in each command`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry("--auth", "basic", "--user", "ci:hush-word")
        try work.write(Modules.tiny, to: "plugin.wasm")
        let reference = "\(registry.name)/test/plugin:v1"
        let pushed = try await work.run(
            "push",
            reference,
            "plugin.wasm",
            "--plain-http",
            "-u",
            "ci",
            "--password-stdin",
            "-q",
            input: "hush-word"
        )
        #expect(pushed.status == 0, "\(pushed)")
        #expect(pushed.errorText.isEmpty, "\(pushed)")
    }
}
