import Diagnostics
import OCI
import TestSupport
import Testing

@testable import Packing

@Suite struct DockerfileTests {
    private func read(_ text: String, _ arguments: [String: String] = [:]) throws -> Dockerfile {
        try Dockerfile(parsing: Array(text.utf8), arguments: arguments)
    }

    private func config(_ lines: String) throws -> ImageConfig.Execution {
        try read("FROM scratch\n" + lines).execution
    }

    private func history(_ lines: String) throws -> [String] {
        try read("FROM scratch\n" + lines).steps.map(\.text)
    }

    @Test func `FROM scratch alone gives BuildKit's default settings`() throws {
        let file = try read("FROM scratch")
        #expect(file.execution == .initial)
        #expect(file.platform == Platform(os: "linux", architecture: "amd64"))
        #expect(file.steps.isEmpty)
        #expect(file.author == nil)
    }

    static let labelsRows: [(line: String, labels: [String: String])] = [
        ("LABEL a=b", ["a": "b"]), ("LABEL a=b c=d\nLABEL a=e", ["a": "e", "c": "d"]),
        ("LABEL a b c", ["a": "b c"]),
        (#"LABEL "a b"="c d" e='f $x'"#, ["a b": "c d", "e": "f $x"]), ("LABEL a=", ["a": ""]),
        ("ARG V=1\nLABEL v=$V w=\"${V}\"", ["v": "1", "w": "1"]),
        ("label a=b \\\n c=d", ["a": "b", "c": "d"]),
        (#"LABEL a=b\ c"#, ["a": "b c"]),
    ]

    @Test("parses labels in both forms, with quotes", arguments: labelsRows)
    func labels(line: String, labels: [String: String]) throws {
        #expect(try config(line).labels == labels)
    }

    @Test func `ENV sets variables for the image and for later instructions`() throws {
        let execution = try config("ENV A=1 B=$A\nENV C $A b\nENV A=2\nLABEL a=$A b=$B p=$PATH")
        #expect(execution.env?.dropFirst() == ["A=2", "B=", "C=1 b"])
        #expect(execution.env?.first?.hasPrefix("PATH=") == true)
        #expect(execution.labels == ["a": "2", "b": "", "p": String(execution.env?[0].dropFirst(5) ?? "")])
    }

    static let commandsRows: [(lines: String, entrypoint: [String]?, command: [String]?, history: [String])] =
        [
            (#"CMD ["/a", "b"]"#, nil, ["/a", "b"], [#"CMD ["/a" "b"]"#]),
            ("CMD a $B", nil, ["/bin/sh", "-c", "a $B"], [#"CMD ["/bin/sh" "-c" "a $B"]"#]),
            (#"ENTRYPOINT ["/a\"b"]"#, ["/a\"b"], nil, [#"ENTRYPOINT ["/a\"b"]"#]),
            ("ENTRYPOINT a", ["/bin/sh", "-c", "a"], nil, [#"ENTRYPOINT ["/bin/sh" "-c" "a"]"#]),
            ("ENTRYPOINT []", nil, nil, ["ENTRYPOINT []"]),
            ("CMD [a]", nil, ["/bin/sh", "-c", "[a]"], [#"CMD ["/bin/sh" "-c" "[a]"]"#]),
        ]

    @Test("writes commands like BuildKit", arguments: commandsRows)
    func commands(lines: String, entrypoint: [String]?, command: [String]?, history: [String]) throws {
        let execution = try config(lines)
        #expect(execution.entrypoint == entrypoint)
        #expect(execution.command == command)
        #expect(execution.areArgumentsEscaped == (command == nil ? nil : true))
        #expect(try self.history(lines) == history)
    }

    @Test func `writes the other settings with BuildKit's keys`() throws {
        let file = try read(
            "FROM scratch\nMAINTAINER Me <a@b>\nUSER 1:2\nSTOPSIGNAL SIGTERM\nEXPOSE 81/udp 80\nWORKDIR /a\nWORKDIR b/../c"
        )
        #expect(file.author == "Me <a@b>")
        let json = String(decoding: try CanonicalJSON.encode(file.execution), as: UTF8.self)
        #expect(json.contains(#""ExposedPorts":{"80/tcp":{},"81/udp":{}}"#))
        #expect(json.contains(#""StopSignal":"SIGTERM""#))
        #expect(json.contains(#""User":"1:2","WorkingDir":"/a/c"}"#))
        #expect(
            file.steps.map(\.text) == [
                "MAINTAINER Me <a@b>", "USER 1:2", "STOPSIGNAL SIGTERM", "EXPOSE [80/tcp 81/udp]",
                "WORKDIR /a", "WORKDIR /a/c",
            ]
        )
    }

    static let argumentsRows: [(text: String, given: [String: String], label: String, why: String)] = [
        ("FROM scratch\nARG A=1\nLABEL x=$A", [:], "1", "the default"),
        ("FROM scratch\nARG A=1\nLABEL x=$A", ["A": "2"], "2", "--build-arg overrides the default"),
        ("FROM scratch\nARG A\nLABEL x=$A", ["A": "2"], "2", "without a default"),
        ("FROM scratch\nLABEL x=$A", ["A": "2"], "", "no ARG declares it"),
        ("FROM scratch\nLABEL x=$A\nARG A=1", [:], "", "not set before its line"),
        ("ARG A=1\nFROM scratch\nLABEL x=$A", [:], "", "an ARG before FROM is not visible in the stage"),
        ("ARG A=1\nFROM scratch\nARG A\nLABEL x=$A", [:], "1", "the stage can redeclare it"),
        (
            "ARG A=1\nARG B=$A-2\nFROM scratch\nARG B\nLABEL x=$B", ["A": "3"], "3-2",
            "a default refers to another argument"
        ),
        ("FROM scratch\nARG A=1 B=2\nLABEL x=$A$B", [:], "12", "several in a line"),
        ("FROM scratch\nARG A=\"1 2\"\nLABEL x=$A", [:], "1 2", "in quotes"),
        ("FROM scratch\nARG TARGETARCH\nLABEL x=$TARGETARCH", [:], "amd64", "a predefined argument"),
        ("FROM scratch\nENV A=1\nARG A=2\nLABEL x=$A", ["A": "3"], "1", "ENV overrides a later ARG"),
        ("FROM scratch\nARG A=2\nENV A=1\nLABEL x=$A", ["A": "3"], "1", "ENV overrides an earlier ARG"),
        ("FROM scratch\nARG A=1\nARG A=2\nLABEL x=$A", [:], "2", "a later ARG overrides an earlier one"),
        ("ARG B=scratch\nFROM $B\nLABEL x=y", [:], "y", "the base may be an argument"),
    ]

    @Test("gives arguments the same values as docker", arguments: argumentsRows)
    func arguments(text: String, given: [String: String], label: String, why: String) throws {
        #expect(try read(text, given).execution.labels == ["x": label], "\(why)")
    }

    @Test func `records the stage's ARG in the history, and lists undeclared arguments`()
        throws
    {
        let file = try read("ARG A=1\nFROM scratch\nARG A B=2 C", ["X": "hush", "A": "3"])
        #expect(file.steps.map(\.text) == ["ARG A=3 B=2 C"])
        #expect(file.unusedArguments == ["X"])
    }

    static let platformsRows: [(flag: String, platform: String)] = [
        ("linux/amd64", "linux/amd64"), ("$BUILDPLATFORM", "linux/amd64"), ("linux/arm64/v8", "linux/arm64"),
        ("wasi/wasm", "wasi/wasm"), ("${TARGETOS}/arm64", "linux/arm64"),
    ]

    @Test("reads the platform from FROM", arguments: platformsRows)
    func platform(flag: String, platform: String) throws {
        #expect(try read("FROM --platform=\(flag) scratch AS x").platform.description == platform)
    }

    static let copiesRows:
        [(lines: String, sources: [String], target: String, permissions: UInt16?, text: String)] = [
            (
                "ADD ./plugin.wasm ./plugin.wasm", ["./plugin.wasm"], "/plugin.wasm", nil,
                "ADD ./plugin.wasm ./plugin.wasm"
            ),
            ("copy a b /x/", ["a", "b"], "/x/", nil, "COPY a b /x/"),
            (#"COPY ["a b", "c d/"]"#, ["a b"], "/c d/", nil, "COPY a b c d/"),
            ("COPY a .", ["a"], "/", nil, "COPY a ."),
            ("WORKDIR /w\nCOPY a .", ["a"], "/w/", nil, "COPY a ."),
            ("WORKDIR /w\nCOPY a b", ["a"], "/w/b", nil, "COPY a b"),
            ("WORKDIR /w\nCOPY a ../../../b/./c/..", ["a"], "/b/", nil, "COPY a ../../../b/./c/.."),
            (
                "COPY --chmod=755 --chown=0:0 --link a b", ["a"], "/b", 0o755,
                "COPY --chown=0:0 --chmod=755 a b"
            ),
            (
                "ARG M=0600\nADD --chmod=$M --chown=root a b", ["a"], "/b", 0o600,
                "ADD --chown=root --chmod=0600 a b"
            ),
            (
                "ARG F=x.wasm\nADD $F ${D:-plugin.wasm}", ["x.wasm"], "/plugin.wasm", nil,
                "ADD x.wasm plugin.wasm"
            ),
            ("COPY -- a b", ["a"], "/b", nil, "COPY a b"),
        ]

    @Test("parses ADD and COPY", arguments: copiesRows)
    func copying(lines: String, sources: [String], target: String, permissions: UInt16?, text: String) throws
    {
        let step = try #require(try read("FROM scratch\n" + lines).steps.last)
        #expect(step.text == text + " # wasmpack")
        guard case .copying(let copying) = step.effect else {
            Issue.record("the step does not copy")
            return
        }
        #expect(copying.sources == sources)
        #expect(copying.target == target)
        #expect(copying.permissions == permissions)
    }

    static let invalidRows: [(text: String, phrase: String)] = [
        ("", "has no FROM"), ("# nothing", "has no FROM"), ("ARG A=1", "has no FROM"),
        ("ADD a b", "Dockerfile:1: ADD comes before FROM"), ("FROM", "Dockerfile:1: FROM must be"),
        ("FROM scratch as", "FROM must be"), ("FROM scratch of x", "FROM must be"),
        ("FROM scratch\n\nCPOY a b", "Dockerfile:3: unknown instruction \"CPOY\""),
        ("FROM scratch\nADD a", "ADD needs a file and a destination"), ("FROM scratch\nADD", "needs a file"),
        ("FROM scratch\nCOPY [\"a\"]", "needs a file"), ("FROM scratch\nCOPY [1, 2]", "only strings"),
        ("FROM scratch\nCOPY --chmdo=1 a b", "COPY does not have the flag \"--chmdo=1\""),
        ("FROM scratch\nCOPY --chmod=1 --chmod=2 a b", "COPY has --chmod twice"),
        ("FROM scratch\nCOPY $NONE b", "\"$NONE\" does not name a file"), ("FROM scratch\nENV", "ENV needs"),
        ("FROM scratch\nENV a", "ENV has no value for \"a\""),
        ("FROM scratch\nENV a=b c", "no value for \"c\""),
        ("FROM scratch\nLABEL =b", "LABEL has an empty name"), ("FROM scratch\nARG", "ARG needs a name"),
        ("FROM scratch\nARG =a", "ARG has no name"), ("FROM scratch\nCMD", "CMD needs a command"),
        ("FROM scratch\nENTRYPOINT [1]", "only strings"),
        ("FROM scratch\nEXPOSE x", "\"x\" is not a valid port"),
        ("FROM scratch\nEXPOSE 99999", "\"99999\" is not a valid port"),
        ("FROM scratch\nUSER", "USER needs a value"),
        ("FROM scratch\nUSER $NONE", "USER needs a value"),
        ("FROM scratch\nLABEL --x a=b", "LABEL does not have the flag"),
        ("FROM scratch\nWORKDIR", "WORKDIR needs a directory"),
        ("FROM scratch\nLABEL a='b", "a ' is not closed"),
    ]

    @Test("rejects what docker rejects, and names the line", arguments: invalidRows)
    func invalid(text: String, phrase: String) {
        let failure = #expect(throws: Failure.self) { try read(text) }
        #expect(failure?.code == .dockerfileInvalid)
        let text = "\(failure?.message ?? "") \(failure?.why ?? "")"
        #expect(text.contains(phrase), "\(String(describing: failure))")
    }

    static let unsupportedRows: [(lines: String, line: Int, phrase: String, hint: String)] = [
        ("RUN cargo build", 2, "RUN is not supported", "cargo build"),
        ("run <<EOF\nmake\nEOF", 2, "RUN is not supported", "run the command before the build"),
        ("LABEL a=b\nFROM scratch", 3, "a second stage", "build the module first"),
        ("COPY --from=build /x /y", 2, "COPY --from is not supported", "COPY plugin.wasm"),
        ("COPY --exclude=x a b", 2, "--exclude", ".dockerignore"),
        ("COPY --parents a b", 2, "--parents", "full destination"),
        ("ADD --checksum=sha256:00 a b", 2, "--checksum", "sha256sum"),
        ("ADD --keep-git-dir a b", 2, "git", "clone the repository"),
        ("ADD --unpack a b", 2, "--unpack", "unpack the archive first"),
        ("ADD https://example.com/plugin.wasm /plugin.wasm", 2, "ADD of a URL", "curl"),
        ("ADD git@github.com:a/b.git /", 2, "ADD of a URL", "curl"),
        ("ARG U=http://x\nADD $U/y /", 3, "URL", "curl"),
        ("COPY <<EOF /x\nhello\nEOF", 2, "a here-document", "write the text to a file"),
        ("COPY --chown=me a b", 2, "--chown=me", "omit --chown"),
        ("COPY --chown=0:users a b", 2, "--chown=0:users", "omit --chown"),
        ("COPY --chmod=u+x a b", 2, "--chmod=u+x", "--chmod=0644"),
        ("COPY --chmod=17777 a b", 2, "--chmod", "0644"),
        ("COPY --chmod=+77 a b", 2, "--chmod", "0644"), ("COPY --chmod= a b", 2, "--chmod", "0644"),
        ("VOLUME /x", 2, "VOLUME", "remove the line"),
        ("HEALTHCHECK NONE", 2, "HEALTHCHECK", "remove the line"),
        ("ONBUILD ADD a b", 2, "ONBUILD", "remove the line"),
        ("WORKDIR /\(String(repeating: "a/", count: 129))", 2, "too long for a layer", ""),
        (#"SHELL ["sh"]"#, 2, "SHELL", "remove the line"),
    ]

    @Test("rejects what only docker supports, and names the line and a remedy", arguments: unsupportedRows)
    func unsupported(lines: String, line: Int, phrase: String, hint: String) {
        let failure = #expect(throws: Failure.self) { try read("FROM scratch\n" + lines) }
        #expect(failure?.code == .dockerfileUnsupported)
        #expect(failure?.message.hasPrefix("Dockerfile:\(line): ") == true, "\(failure?.message ?? "")")
        #expect(failure?.message.contains(phrase) == true, "\(failure?.message ?? "")")
        #expect(failure?.hints.joined().contains(hint) == true || hint.isEmpty, "\(failure?.hints ?? [])")
    }

    @Test func `rejects another base, and recognizes a stage that builds the module`() {
        let base = #expect(throws: Failure.self) { try read("FROM alpine:3\nADD a b") }
        #expect(base?.code == .dockerfileUnsupported)
        #expect(base?.message == "Dockerfile:1: FROM alpine:3 is not supported")
        #expect(base?.hints.first == "FROM scratch")
        let stages = #expect(throws: Failure.self) {
            try read("FROM rust:1 AS build\nRUN cargo build\nFROM scratch\nCOPY --from=build /a /plugin.wasm")
        }
        #expect(stages?.why?.hasPrefix("it is a stage that builds the module") == true)
        let platform = #expect(throws: Failure.self) { try read("FROM --platform=linux/arm/v7 scratch") }
        #expect(platform?.code == .dockerfileUnsupported)
    }

    @Test func `suggests an instruction only for a similar name`() {
        let near = #expect(throws: Failure.self) { try read("FROM scratch\nLABLE a=b") }
        #expect(near?.hints == ["replace it with LABEL"])
        let far = #expect(throws: Failure.self) { try read("FROM scratch\nMODULE a") }
        #expect(far?.hints == [])
        let long = #expect(throws: Failure.self) { try read(String(repeating: "x", count: 500_000)) }
        #expect((long?.message.utf8.count ?? .max) < 200)
    }

    @Test func `limits the text that accumulates from line to line`() {
        let value = String(repeating: "x", count: 60_000)
        for lines in [
            "ARG A=\(value)\nFROM scratch\n" + String(repeating: "ARG A\n", count: 100_000),
            "FROM scratch\n" + String(repeating: "WORKDIR a\n", count: 100_000),
        ] {
            let failure = #expect(throws: Failure.self) { try read(lines) }
            #expect((failure?.message.utf8.count ?? .max) < 300)
        }
    }

    @Test func `parses or rejects random input without a crash`() {
        var random = SeededGenerator(seed: 5)
        let pieces = [
            "FROM scratch\n", "ADD ", "COPY ", "${", "}", ":-", "\"", "'", "\\", "\n", "[", "]", ",", "<<",
            "=", "--chmod=", "ARG ",
            "ENV ", "LABEL ", "\r\n", "# escape=`\n", "`", "é", "\u{0}", "a", "/", "..", "*", "$", "CMD ",
            "EXPOSE ", "99",
        ]
        for _ in 0..<3000 {
            let text = (0..<random.next(below: 30)).map { _ in pieces[random.next(below: pieces.count)] }
                .joined()
            do throws(Failure) {
                _ = try Dockerfile(parsing: Array(("FROM scratch\n" + text).utf8))
            } catch {
                #expect([.dockerfileInvalid, .dockerfileUnsupported].contains(error.code), "\(error)")
            }
        }
    }
}

/// Files as large as they may be.
@Suite(.long, .timeLimit(.minutes(5))) struct DockerfileLongTests {
    private func read(_ text: String) throws -> Dockerfile {
        try Dockerfile(parsing: Array(text.utf8), arguments: [:])
    }

    @Test func `reads 100000 lines, and a file of the maximum size`() throws {
        let lines = "FROM scratch\n" + String(repeating: "LABEL a=b\n", count: 100_000)
        #expect(try read(lines).steps.count == 100_000)
        let many = (0..<30_000).flatMap { ["ENV a\($0)=1\n", "LABEL a\($0)=1\n"] }.joined()
        let execution = try read("FROM scratch\nEXPOSE 1\n" + many + "ENV a7=2").execution
        #expect(execution.env?.count == 30_001)
        #expect(execution.env?[8] == "a7=2")
        #expect(execution.labels?.count == 30_000)
        let continued = "FROM scratch\nLABEL a=b" + String(repeating: "\\\n", count: 500_000)
        #expect(try read(continued).steps.count == 1)
    }
}
