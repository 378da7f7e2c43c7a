import ArgumentParser
import Testing

@testable import wasmpack

/// Commands in hints: they need the options of the command that failed.
@Suite struct HintCompletionTests {
    private static let push = [
        "push", "localhost:5000/a:v1", "plugin.wasm", "--ca-file", "my ca.pem", "--no-clobber",
    ]
    private static let pull = ["pull", "reg.example/a:v1", "--authfile", "auth.json", "--tls-skip-verify"]
    private static let copy = [
        "copy", "reg.example/a:v1", "localhost:5000/a:v1", "--from-ca-file", "from.pem", "--to-plain-http",
    ]

    static let hints: [(command: [String], hint: String, completed: String, why: String)] = [
        (
            push, "wasmpack tags localhost:5000/a", "wasmpack tags localhost:5000/a --ca-file 'my ca.pem'",
            "the same registry"
        ),
        (
            push, "wasmpack login localhost:5000", "wasmpack login localhost:5000 --ca-file 'my ca.pem'",
            "only its name"
        ),
        (push, "wasmpack tags localhost:5001/a", "wasmpack tags localhost:5001/a", "another registry"),
        (push, "wasmpack check plugin.wasm", "wasmpack check plugin.wasm", "no registry"),
        (push, "wasmpack logout localhost:5000", "wasmpack logout localhost:5000", "it does not connect"),
        (
            push, "wasmpack push localhost:5000/a:v1 b.wasm",
            "wasmpack push localhost:5000/a:v1 b.wasm --no-clobber --ca-file 'my ca.pem'", "the same command"
        ),
        (
            push, "build the image again: wasmpack push REFERENCE plugin.wasm",
            "build the image again: wasmpack push localhost:5000/a:v1 plugin.wasm --no-clobber --ca-file 'my ca.pem'",
            "the reference is known"
        ),
        (
            push, "wasmpack copy --format image FROM TO", "wasmpack copy --format image FROM TO",
            "not pushed yet"
        ),
        (
            push, "run wasmpack tags localhost:5000/a, then push",
            "run wasmpack tags localhost:5000/a, then push", "a sentence"
        ),
        (push, "omit --ca-file", "omit --ca-file", "no command"),
        (
            push, "printf %s \"$P\" | wasmpack login localhost:5000 -u x --password-stdin",
            "printf %s \"$P\" | wasmpack login localhost:5000 -u x --password-stdin --ca-file 'my ca.pem'",
            "a pipe"
        ),
        (
            pull, "wasmpack inspect reg.example/a:v1",
            "wasmpack inspect reg.example/a:v1 --tls-skip-verify --authfile auth.json",
            "credentials and connection"
        ),
        (
            pull, "wasmpack login reg.example", "wasmpack login reg.example --tls-skip-verify",
            "login may not write that file"
        ),
        (
            pull, "wasmpack login --authfile auth.json reg.example",
            "wasmpack login --authfile auth.json reg.example --tls-skip-verify", "given already"
        ),
        (
            ["generate", "pull-secret", "reg.example/a:v1", "--ca-file", "c"],
            "wasmpack generate pull-secret reg.example/a:v1 --name x | kubectl apply -f -",
            "wasmpack generate pull-secret reg.example/a:v1 --name x --ca-file c | kubectl apply -f -",
            "before a pipe"
        ),
        (
            copy, "wasmpack tags reg.example/a", "wasmpack tags reg.example/a --ca-file from.pem",
            "the options of FROM"
        ),
        (
            copy, "wasmpack tags localhost:5000/a", "wasmpack tags localhost:5000/a --plain-http",
            "the options of TO"
        ),
        (
            copy, "wasmpack copy reg.example/a:v1 localhost:5000/a:v2",
            "wasmpack copy reg.example/a:v1 localhost:5000/a:v2 --from-ca-file from.pem --to-plain-http",
            "both"
        ),
        (
            ["build", "-t", "reg.example/a:v1", "--layout", "L", "--ca-file", "c"], "wasmpack build a.wasm",
            "wasmpack build a.wasm -t reg.example/a:v1 --layout L", "nothing is pushed"
        ),
        (
            ["build", "-t", "reg.example/a:v1", "--push", "--ca-file", "c"], "wasmpack build a.wasm",
            "wasmpack build a.wasm -t reg.example/a:v1 --push --ca-file c", "it is pushed"
        ),
        (
            ["check", "x.wasm"], "wasmpack check --envoy=PATH TARGET", "wasmpack check --envoy=PATH x.wasm",
            "the target is known"
        ),
        (
            ["login", "reg.example", "--ca-file", "c"], "wasmpack login reg.example",
            "wasmpack login reg.example --ca-file c", "login"
        ),
        (["check", "L"], "L:v1", "wasmpack check L:v1", "one of several images"),
        (["verify"], "plugin-oci@sha256:0", "wasmpack verify plugin-oci@sha256:0", "in the usual layout"),
        (
            ["copy", "x.tar", "my dir"], "x.tar:v1", "wasmpack copy x.tar:v1 'my dir'",
            "the other argument is kept"
        ),
        (["check", "L"], "use L:v1", "use L:v1", "a sentence"),
        (["ls"], "wasmpack inspect x.wasm", "wasmpack inspect x.wasm", "a command without a registry"),
    ]

    @Test("a hint has the options that its command needs", arguments: hints)
    func completed(command: [String], hint: String, completed: String, why: String) throws {
        let parsed = try Wasmpack.parseAsRoot(command)
        #expect(HintCompletion(of: parsed).completed(hint) == completed, "\(why)")
    }
}
