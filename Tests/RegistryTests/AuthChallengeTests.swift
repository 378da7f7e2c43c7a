import Testing

@testable import Registry

@Suite struct AuthChallengeTests {
    typealias Row = (fields: [String], challenges: [AuthChallenge], why: String)

    private static func challenge(_ scheme: String, _ parameters: [String: String] = [:]) -> AuthChallenge {
        AuthChallenge(scheme: scheme, parameters: parameters)
    }

    static let table: [Row] = [
        ([], [], "no field"),
        ([""], [], "an empty field"),
        ([" , ,"], [], "only separators"),
        (["Basic"], [challenge("basic")], "a scheme alone"),
        (["BASIC Realm=\"a b\""], [challenge("basic", ["realm": "a b"])], "names have no case, values do"),
        (
            ["Bearer realm=\"https://a/t?x=1\",service=\"s\",scope=\"repository:r:pull,push\""],
            [
                challenge(
                    "bearer",
                    ["realm": "https://a/t?x=1", "service": "s", "scope": "repository:r:pull,push"]
                )
            ],
            "the usual one: a comma within quotes separates nothing"
        ),
        (
            ["Bearer realm=https://a/t,service=s"],
            [challenge("bearer", ["realm": "https://a/t", "service": "s"])],
            "unquoted values"
        ),
        (
            ["Bearer  realm = \"r\" ,\tservice\t=\ts"],
            [challenge("bearer", ["realm": "r", "service": "s"])],
            "white space wherever it may be"
        ),
        (
            ["Bearer realm=\"r\" service=\"s\""], [challenge("bearer", ["realm": "r", "service": "s"])],
            "a comma left out"
        ),
        (["Basic realm=\"a\\\"b\\\\c\""], [challenge("basic", ["realm": "a\"b\\c"])], "escapes"),
        (["Basic realm=\"never ends"], [], "a quote that is not closed"),
        (["Basic realm=\"ends in an escape\\"], [], "an escape of nothing"),
        (
            ["Basic realm=\"a\", Bearer realm=\"b"], [challenge("basic", ["realm": "a"])],
            "what stands before the fault is taken"
        ),
        (
            ["Basic realm=\"a\", Bearer realm=\"b\",service=\"s\""],
            [challenge("basic", ["realm": "a"]), challenge("bearer", ["realm": "b", "service": "s"])],
            "two in one field"
        ),
        (
            ["Basic realm=\"a\"", "Bearer realm=\"b\""],
            [challenge("basic", ["realm": "a"]), challenge("bearer", ["realm": "b"])],
            "two fields"
        ),
        (
            ["Negotiate, Bearer realm=\"b\""], [challenge("negotiate"), challenge("bearer", ["realm": "b"])],
            "a scheme without parameters before another"
        ),
        (
            ["Negotiate YIIabc+/==, Basic realm=\"b\""],
            [challenge("negotiate", ["yiiabc+/": "="]), challenge("basic", ["realm": "b"])],
            "the token68 form of a challenge, which is not supported"
        ),
        (
            ["Bearer realm=,service=s"], [challenge("bearer", ["realm": "", "service": "s"])],
            "an empty value"
        ),
        (
            ["Bearer realm=\"r\",flag,service=\"s\""],
            [challenge("bearer", ["realm": "r", "service": "s"]), challenge("flag")],
            "a parameter without a value, which reads as a scheme, takes nothing with it"
        ),
        (
            ["NTLM, Basic realm=\"b\", Negotiate"],
            [challenge("ntlm"), challenge("basic", ["realm": "b"]), challenge("negotiate")],
            "what proxies of companies add"
        ),
        (["Bearer, realm=\"r\""], [challenge("bearer", ["realm": "r"])], "a comma too many"),
        (["Bearer realm=\"\""], [challenge("bearer", ["realm": ""])], "an empty quoted value"),
        (["\"Bearer\" realm=\"r\""], [], "a quoted scheme is invalid"),
        (["Bearer realm=\"\u{E9}\""], [challenge("bearer", ["realm": "\u{E9}"])], "not ASCII"),
    ]

    @Test("parses a field up to its first error", arguments: table)
    func reading(row: Row) {
        #expect(AuthChallenge.all(in: row.fields) == row.challenges, "\(row.why)")
    }

    static let preferences: [(field: String, scheme: String?, why: String)] = [
        ("Basic realm=\"a\", Bearer realm=\"b\"", "bearer", "Bearer is stronger, wherever it stands"),
        ("Negotiate, Basic realm=\"a\"", "basic", "what is not known does not stand in the way"),
        ("Bearer service=\"s\", Basic realm=\"a\"", "basic", "Bearer without a realm cannot be answered"),
        ("Bearer realm=\"\", Basic realm=\"a\"", "basic", "nor with an empty one"),
        ("Bearer realm=\"\"", nil, "and nothing else is there"),
        ("Negotiate", nil, "nothing that is known"),
        ("", nil, "nothing at all"),
    ]

    @Test("answers one of several challenges", arguments: preferences)
    func preference(field: String, scheme: String?, why: String) {
        #expect(AuthChallenge.all(in: [field]).preferred?.scheme == scheme, "\(why)")
    }
}
