import Diagnostics
import OCI
import Testing

@testable import Registry

@Suite struct DockerConfigEditTests {
    private func edit(_ text: String?) throws(Failure) -> DockerConfigEdit {
        try DockerConfigEdit(parsing: text.map { Array($0.utf8) }, as: "~/.docker/config.json")
    }

    private func compact(_ edit: DockerConfigEdit) -> String {
        String(decoding: edit.root.bytes.filter { $0 != 0x09 && $0 != 0x0A }, as: UTF8.self).replacing(
            ": ",
            with: ":"
        )
    }

    private static let password = Credential(username: "ci", password: "hush-a:b", source: "test")
    private static let token = Credential(identityToken: "hush-token", source: "test")
    private static let namedToken = Credential(identityToken: "hush-token", username: "ci", source: "test")

    static let written:
        [(before: String?, credential: Credential?, registry: String, after: String, why: String)] = [
            (
                nil, password, "r.example", #"{"auths":{"r.example":{"auth":"Y2k6aHVzaC1hOmI="}}}"#,
                "no file yet"
            ),
            (
                " \n", password, "r.example", #"{"auths":{"r.example":{"auth":"Y2k6aHVzaC1hOmI="}}}"#,
                "a blank one"
            ),
            (
                #"{"z":1.0,"auths":{"a":{"auth":"x"}},"b":[1e99]}"#, nil, "r.example:5000",
                #"{"z":1.0,"auths":{"a":{"auth":"x"},"r.example:5000":{}},"b":[1e99]}"#,
                "what is unknown stays"
            ),
            (
                #"{"auths":{"r.example":{"email":"e","auth":"old","identitytoken":"old","username":"u","password":"p"}}}"#,
                password, "r.example", #"{"auths":{"r.example":{"email":"e","auth":"Y2k6aHVzaC1hOmI="}}}"#,
                "nothing of the old credential stays"
            ),
            (
                #"{"auths":{"https://r.example/v1/":{"auth":"old"},"r.example/team":{"auth":"t"},"x":{}}}"#,
                password,
                "r.example",
                #"{"auths":{"r.example/team":{"auth":"t"},"x":{},"r.example":{"auth":"Y2k6aHVzaC1hOmI="}}}"#,
                "another spelling would win for some"
            ),
            (
                #"{"auths":null}"#, token, "r.example",
                #"{"auths":{"r.example":{"identitytoken":"hush-token"}}}"#, "a token"
            ),
            (
                "{}", namedToken, "[::1]:5000",
                #"{"auths":{"[::1]:5000":{"auth":"Y2k6","identitytoken":"hush-token"}}}"#,
                "another tool's token"
            ),
            (
                #"{"auths":{"docker.io":{"auth":"old"}}}"#, password, "docker.io",
                #"{"auths":{"https://index.docker.io/v1/":{"auth":"Y2k6aHVzaC1hOmI="}}}"#,
                "Docker Hub by its old name"
            ),
            (
                #"{"auths":{"r.example":{}},"credsStore":"x"}"#, nil, "r.example",
                #"{"auths":{"r.example":{}},"credsStore":"x"}"#, "what a helper keeps"
            ),
        ]

    @Test("writes an entry like docker and changes nothing else", arguments: written.indices)
    func setting(number: Int) throws {
        let row = Self.written[number]
        var edit = try edit(row.before)
        try edit.set(row.credential, for: RegistryName(parsing: row.registry))
        #expect(compact(edit) == row.after, "\(row.why)")
    }

    static let spellings: [(key: String, isWhole: Bool, isPart: Bool, why: String)] = [
        ("r.example", true, false, "the host"), ("https://r.example", true, false, "a URL"),
        ("https://r.example/v1/", true, false, "docker's of old"),
        ("http://r.example", true, false, "the other scheme"),
        ("r.example/v2/", true, false, "an API's version"), ("R.Example/", true, false, "in capitals"),
        ("https://r.example/some/where", true, false, "a URL's path is nothing"),
        ("r.example/team", false, true, "podman's key of a path"),
        ("r.example/team/x", false, true, "a longer one"),
        ("r.example:443", true, false, "the port of HTTPS"),
        ("r.example:443/team", false, true, "a path there"),
        ("r.example:5000", false, false, "another port is part of it"),
        ("r.example.evil", false, false, "begins alike"),
        ("evil/r.example", false, false, "ends alike"), ("", false, false, "nothing"),
    ]

    @Test("removes every key of a registry and keeps keys with a path", arguments: spellings)
    func removing(key: String, isWhole: Bool, isPart: Bool, why: String) throws {
        let registry = try RegistryName(parsing: "r.example")
        var edit = try edit(
            #"{"auths":{"\#(key)":{"auth":"dTpw"},"other.example":{"auth":"dTpw"}},"new":0.10}"#
        )
        #expect(edit.keys(of: registry) == (isWhole ? [key] : []), "\(why)")
        #expect(edit.pathKeys(of: registry) == (isPart ? [key] : []), "\(why)")
        try edit.remove(registry)
        let rest = isWhole ? "" : #""\#(key)":{"auth":"dTpw"},"#
        #expect(compact(edit) == #"{"auths":{\#(rest)"other.example":{"auth":"dTpw"}},"new":0.10}"#, "\(why)")
    }

    static let helpers: [(text: String, suffix: String?, place: String, why: String)] = [
        ("{}", nil, "", "none"), (#"{"credsStore":""}"#, nil, "", "an empty name"),
        (#"{"credsStore":null}"#, nil, "", "null"),
        (#"{"credsStore":"pass"}"#, "pass", "(credsStore)", "for all"),
        (
            #"{"credsStore":"pass","credHelpers":{"r.example":"ecr-login"}}"#, "ecr-login", "(credHelpers)",
            "its own"
        ),
        (
            #"{"credsStore":"pass","credHelpers":{"https://r.example/":"x"}}"#, "x", "(credHelpers)",
            "in another spelling"
        ),
        (
            #"{"credsStore":"pass","credHelpers":{"r.example":""}}"#, nil, "",
            "an empty helper selects the file"
        ),
        (
            #"{"credsStore":"pass","credHelpers":{"http://r.example":"y","r.example":""}}"#, nil, "",
            "of several spellings its own name"
        ),
        (
            #"{"credHelpers":{"r.example:443":"z","https://r.example":"y","http://r.example":"x"}}"#, "x",
            "(credHelpers)", "of several others always the same"
        ),
        (#"{"credsStore":"pass","credHelpers":{"other":"x"}}"#, "pass", "(credsStore)", "another registry's"),
    ]

    @Test("prefers credHelpers over credsStore", arguments: helpers)
    func helper(text: String, suffix: String?, place: String, why: String) throws {
        let helper = try edit(text).helper(for: RegistryName(parsing: "r.example"))
        #expect(helper?.suffix == suffix, "\(why)")
        #expect(
            helper?.configuration ?? "" == (suffix == nil ? "" : "~/.docker/config.json \(place)"),
            "\(why)"
        )
        // Reading uses the same rules.
        let read = try DockerConfigDocument(parsing: Array(text.utf8), as: "config.json")
            .helper(for: RegistryName(parsing: "r.example"), .docker(usesTLS: true))
        #expect(read?.suffix == suffix, "\(why)")
        #expect(read.map { "(\($0.field))" } ?? "" == place, "\(why)")
    }

    static let unusable: [(text: String, why: String)] = [
        ("{", "ends early"), ("[]", "a list"), (#"{"auths":[]}"#, "a list of entries"),
        (#"{"auths":"x"}"#, "a text"),
        (#"{"credHelpers":1}"#, "a number"), (#"{"auths":{},"auths":{}}"#, "twice"),
        (#"{"apiVersion":"v1","kind":"Secret","data":{}}"#, "a Secret"),
        ("apiVersion: v1\nkind: Secret\ndata: hush-secret\n", "a Secret as YAML"),
        (#"{"auths":{"registry.example":{"auth":hush-secret}}}"#, "no quotes around it"),
        (#"{"hush-secret":1,"hush-secret":2}"#, "the secret twice"),
    ]

    @Test("names a file that cannot store credentials and does not change it", arguments: unusable)
    func rejection(text: String, why: String) {
        let failure = #expect(throws: Failure.self, "\(why)") { try edit(text) }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.message.hasPrefix("~/.docker/config.json ") == true)
        #expect(failure?.description.contains("hush") == false)
        #expect(failure?.hints.isEmpty == false)
        #expect(failure?.why?.contains("YAML") == text.hasPrefix("apiVersion"))
    }
}
