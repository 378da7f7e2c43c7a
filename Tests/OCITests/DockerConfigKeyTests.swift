import OCI
import Testing

/// Keys of `auths` in a docker configuration.
@Suite struct DockerConfigKeyTests {
    static let keys: [(key: String, host: String, shown: String, why: String)] = [
        ("reg.io:5000", "reg.io:5000", "reg.io:5000", "a name"),
        ("https://reg.io/v2/", "reg.io", "https://reg.io/v2/", "a URL"),
        ("http://reg.io", "reg.io", "http://reg.io", "another scheme"),
        ("reg.io/team", "reg.io", "reg.io/team", "a path"),
        ("https://bob:hush@reg.io/v1", "bob:hush@reg.io", "https://reg.io/v1", "a password"),
        ("bob:hush@reg.io", "bob:hush@reg.io", "reg.io", "a password without a scheme"),
        ("https://bob:hu/sh@reg.io", "bob:hu", "https://reg.io", "a password with a slash"),
        ("https://bob:hu@sh@reg.io", "bob:hu@sh@reg.io", "https://reg.io", "a password with an at sign"),
        (
            "https://bob:hush@\u{301}reg.io", "bob:hush@\u{301}reg.io", "https://\u{301}reg.io",
            "a combining character after the at sign"
        ),
        ("ftp://bob:hush@reg.io", "ftp:", "reg.io", "a scheme that docker does not remove"),
        ("", "", "", "nothing"),
    ]

    @Test("finds the host of a key, and shows the key without a user", arguments: keys)
    func parts(key: String, host: String, shown: String, why: String) {
        #expect(DockerConfigKey.host(of: key) == host, "\(why)")
        #expect(DockerConfigKey.withoutUser(key) == shown, "\(why)")
    }
}
