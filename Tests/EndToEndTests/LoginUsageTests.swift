import Foundation
import TestSupport
import Testing

/// The arguments of `login` and `logout`, and the choice of the file.
@Suite(.timed, .timeLimit(.minutes(5))) struct LoginUsageTests {
    private static let config = "home/.docker/config.json"

    static let names: [(argument: String, key: String)] = [
        ("r.example", "r.example"), ("R.Example:5000", "r.example:5000"), ("https://r.example", "r.example"),
        ("https://r.example/v2/", "r.example"), ("oci://[::1]:5000", "[::1]:5000"), ("registry", "registry"),
        ("docker.io", "https://index.docker.io/v1/"), ("index.docker.io", "https://index.docker.io/v1/"),
        ("https://index.docker.io/v1/", "https://index.docker.io/v1/"),
        ("registry-1.docker.io", "https://index.docker.io/v1/"),
    ]

    @Test("stores a registry under docker's key", arguments: names)
    func name(argument: String, key: String) async throws {
        let work = try Workspace()
        let run = try await work.run(
            "login",
            argument,
            "-u",
            "ci",
            "--password-stdin",
            "--no-verify",
            "--json",
            input: "hush-word"
        )
        #expect(run.status == 0, "\(run)")
        #expect(run.outputText.contains(#""key":"\#(key)""#), "\(run)")
        #expect(try String(decoding: work.bytes(of: Self.config), as: UTF8.self).contains("\"\(key)\": {"))
        let logout = try await work.run("logout", argument, "--json")
        #expect(logout.outputText.contains(#""removed":["\#(key)"]"#), "\(logout)")
    }

    static let rejected: [(arguments: [String], input: String, phrase: String)] = [
        (["r.example/team/plugin:v1"], "", "wasmpack login r.example"),
        (["team/plugin"], "", "wasmpack login docker.io"),
        (
            ["r.example/team/plugin:v1", "-u", "ci", "--password-stdin"], "",
            "wasmpack login r.example -u ci --password-stdin\n"
        ),
        (["oci://r.example/team/plugin"], "", "wasmpack login r.example"),
        (["http://r.example"], "", "wasmpack login r.example --plain-http"),
        (["hush-me:hush-word@r.example"], "", "cannot contain a user name or password"),
        (["https://hush-me:hush-word@r.example/v1/"], "", "cannot contain a user name or password"),
        (["ftp://r.example"], "", "does not begin with \"ftp://\""),
        (["r.example"], "", "cannot ask for the password: there is no terminal"),
        (["r.example", "-u", "ci"], "", "cannot ask for the password: there is no terminal"),
        (["r.example", "--password-stdin"], "hush-word", "--password-stdin needs --username"),
        (["r.example", "-u", "ci", "--password-stdin"], "", "standard input has no password"),
        (["r.example", "-u", "ci", "--password-stdin"], "\n", "standard input has no password"),
        (["r.example", "--identity-token-stdin"], "\r\n", "standard input has no identity token"),
        (["r.example", "-u", "c:i", "--password-stdin"], "hush-word", "a colon"),
        (["r.example", "-u", "c\ni", "--password-stdin"], "hush-word", "a control character"),
        (["r.example", "-u", "", "--password-stdin"], "hush-word", "the user name is empty"),
        (["r.example", "--password", "hush-word"], "", "unknown option --password"),
        (
            ["r.example", "-u", "ci", "--password-stdin", "--identity-token-stdin"], "hush-word",
            "cannot be used together"
        ),
        ([""], "", "the host is empty"),
        ([], "", "needs a registry"),
    ]

    @Test("rejects invalid combinations immediately", arguments: rejected.indices)
    func rejection(number: Int) async throws {
        let row = Self.rejected[number]
        let work = try Workspace()
        let run = try await work.start(["login"] + row.arguments, input: row.input).wait()
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains(row.phrase), "\(run)")
        #expect(!work.exists("home/.docker"))
        // ArgumentParser shows an unknown argument, but not its value.
        #expect(!run.description.contains("hush"), "\(run)")
    }

    @Test(
        "removes exactly one line end from a password",
        arguments: [
            ("hush\n", "hush"), ("hush\r\n", "hush"), ("hush\r", "hush"), ("hush\n\n", "hush\n"),
            ("hush", "hush"),
            (" hush \n", " hush "),
        ]
    )
    func lineEnd(input: String, password: String) async throws {
        let work = try Workspace()
        let run = try await work.run(
            "login",
            "r.example",
            "-u",
            "ci",
            "--password-stdin",
            "--no-verify",
            input: input
        )
        #expect(run.status == 0, "\(run)")
        let auth = Data("ci:\(password)".utf8).base64EncodedString()
        #expect(
            try String(decoding: work.bytes(of: Self.config), as: UTF8.self).contains("\"auth\": \"\(auth)\"")
        )
    }

    @Test func `uses docker's file or the named file`() async throws {
        let work = try Workspace()
        let login = ["login", "r.example", "-u", "ci", "--password-stdin", "--no-verify", "--json"]
        let variable = ["DOCKER_CONFIG": work.path("folder")]
        let first = try await work.start(login, input: "hush-word", adding: variable).wait()
        #expect(first.errorText.contains("in $DOCKER_CONFIG/config.json"), "\(first)")
        #expect(first.outputText.contains(#""file":"\#(work.path("folder/config.json"))""#), "\(first)")
        let second = try await work.start(
            login + ["--authfile", "auth.json"],
            input: "hush-word",
            adding: variable
        )
        .wait()
        #expect(second.errorText.contains("in auth.json"), "\(second)")
        #expect(try work.names() == ["auth.json", "folder", "home"])
        #expect(!work.exists("home/.docker"))
        let logout = try await work.run("logout", "r.example", "--authfile", "auth.json")
        #expect(logout.errorText.contains("from auth.json"), "\(logout)")
        #expect(
            try String(decoding: work.bytes(of: "folder/config.json"), as: UTF8.self).contains("r.example")
        )
        let homeless = try await work.start(login, input: "hush-word", adding: ["HOME": ""]).wait()
        #expect(homeless.status == 78, "\(homeless)")
    }

    @Test func `names the sources that have priority over the file`() async throws {
        let work = try Workspace()
        let variables = ["WASMPACK_USERNAME": "ci", "WASMPACK_PASSWORD": "hush-other"]
        let login = try await work.run(
            "login",
            "r.example",
            "-u",
            "ci",
            "--password-stdin",
            "--no-verify",
            input: "hush-word",
            adding: variables
        )
        #expect(login.errorText.contains("$WASMPACK_USERNAME is set"), "\(login)")
        try work.write(
            Array(
                #"{"auths":{"https://r.example/v1/":{"auth":"dTpw"},"r.example/team":{"auth":"dTpw"}}}"#.utf8
            ),
            to: Self.config
        )
        let logout = try await work.run("logout", "r.example", adding: variables)
        #expect(logout.status == 0)
        #expect(logout.errorText.contains("the entry \"r.example/team\""), "\(logout)")
        #expect(logout.errorText.contains("$WASMPACK_USERNAME is set"), "\(logout)")
        #expect(
            try String(decoding: work.bytes(of: Self.config), as: UTF8.self).filter { !$0.isWhitespace }
                == #"{"auths":{"r.example/team":{"auth":"dTpw"}}}"#
        )
    }

    @Test func `logout names podman's files that still have an entry`() async throws {
        let work = try Workspace()
        let entry = Array(#"{"auths":{"r.example":{"auth":"dTpw"}}}"#.utf8)
        try work.write(entry, to: "run/containers/auth.json")
        let variables = ["XDG_RUNTIME_DIR": work.path("run")]
        let run = try await work.run("logout", "r.example", adding: variables)
        let hint = "wasmpack logout r.example --authfile $XDG_RUNTIME_DIR/containers/auth.json"
        #expect(run.errorText.contains(hint), "\(run)")
        let other = try await work.run("logout", "other.example", adding: variables)
        #expect(!other.errorText.contains("--authfile"), "\(other)")
        #expect(try work.bytes(of: "run/containers/auth.json") == entry)
    }

    @Test(
        "suggests login and logout for similar commands",
        arguments: [
            ("signin", "login"), ("auth", "login"), ("logn", "login"), ("signout", "logout"),
            ("logoff", "logout"),
        ]
    )
    func synonym(word: String, command: String) async throws {
        let run = try await Workspace().run(word)
        #expect(run.status == 64)
        #expect(run.errorText.contains("try: wasmpack \(command)"), "\(run)")
    }

    @Test(
        "rejects a secret in an argument without repeating it",
        arguments: [
            ["login", "r.example", "-u", "ci", "--password-stdin=hush-1"],
            ["push", "--password=hush-2", "a/b:c"],
            ["pull", "r.example/a/b:c", "-p", "hush-3"],
            ["inspect", "r.example/a/b:c", "--creds", "ci:hush-4"],
            ["login", "r.example", "--identity-token-stdin=hush-5"],
        ]
    )
    func secretArgument(arguments: [String]) async throws {
        for more in [[], ["--json"]] {
            // The end of each run searches its output for the secret.
            let run = try await Workspace().start(arguments + more).wait()
            #expect(run.status == 64, "\(run)")
            #expect(run.errorText.contains("other users of this machine can read arguments"), "\(run)")
            #expect(run.errorText.contains("--password-stdin"), "\(run)")
        }
    }

    @Test(
        "accepts the same forms of a registry in the variable as login",
        arguments: [
            ("https://r.example/v2/", nil), ("oci://r.example", nil), ("http://r.example", "no"),
            ("r.example/team", "r"),
        ]
    )
    func variable(text: String, rejection: String?) async throws {
        let run = try await Workspace().run(
            "inspect",
            "127.0.0.1:1/a/b:c",
            adding: ["WASMPACK_USERNAME": "ci", "WASMPACK_PASSWORD": "hush-6", "WASMPACK_REGISTRY": text]
        )
        #expect(run.status == (rejection == nil ? 69 : 78), "\(run)")
        if rejection != nil { #expect(run.errorText.contains("try: WASMPACK_REGISTRY=r.example"), "\(run)") }
    }
}
