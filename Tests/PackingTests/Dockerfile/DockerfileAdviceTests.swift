import Diagnostics
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage
import TestSupport
import Testing

/// The remedies of a Dockerfile's errors: each is followed, and must change the outcome.
@Suite(.timed, .timeLimit(.minutes(5))) struct DockerfileAdviceTests {
    private let scratch: ScratchDirectory

    init() throws {
        scratch = try ScratchDirectory()
        let module = try Fixtures.bytes("wasm/tiny/abi-0.2.1.wasm")
        for name in ["context/plugin.wasm", "context/out/a.wasm", "context/out/b.wasm", "above.wasm"] {
            try scratch.write(module, to: name)
        }
    }

    @discardableResult
    private func contents(_ lines: String, _ arguments: [String: String] = [:]) throws -> ImageContents {
        let file = try scratch.write(Array("\(lines)\n".utf8), to: "context/Dockerfile")
        return try BuildInput(locating: file)
            .contents(labels: [:], arguments: arguments, apartFrom: [], events: SilentSink())
    }

    private func failure(_ lines: String, _ arguments: [String: String] = [:]) throws -> Failure {
        try #require(throws: Failure.self) { try contents(lines, arguments) }
    }

    @Test(
        "names the files to choose from, and each choice builds",
        arguments: ["out/*.wasm", "out/a.wasm out/b.wasm"]
    )
    func severalModules(sources: String) throws {
        let failure = try failure("FROM scratch\nCOPY \(sources) /plugin.wasm")
        #expect(failure.hints == ["COPY out/a.wasm /plugin.wasm", "COPY out/b.wasm /plugin.wasm"])
        for hint in failure.hints { try contents("FROM scratch\n\(hint)") }
    }

    @Test func `several files for another destination still need a folder`() throws {
        let failure = try failure("FROM scratch\nCOPY out/a.wasm plugin.wasm x")
        #expect(failure.hints == ["COPY out/a.wasm plugin.wasm x/"])
        try contents("FROM scratch\n\(failure.hints[0])")
    }

    @Test(
        "finds the file that another reading of a path means",
        arguments: ["context/plugin.wasm", "context/out/a.wasm"]
    )
    func absolutePath(name: String) throws {
        let lines = "FROM scratch\nARG WASM\nCOPY ${WASM} ./plugin.wasm"
        let failure = try failure(lines, ["WASM": scratch.appending(name).string])
        #expect(failure.why?.contains("paths begin at the context") == true, "\(failure)")
        try contents(lines, ["WASM": try #require(failure.hints.first)])
    }

    @Test("says that a file is outside the context", arguments: ["../above.wasm", nil])
    func outside(source: String?) throws {
        let source = source ?? scratch.appending("above.wasm").string
        let failure = try failure("FROM scratch\nCOPY \(source) ./plugin.wasm")
        #expect(failure.why?.contains("paths begin at the context") == true, "\(failure)")
        #expect(!failure.hints.isEmpty)
        #expect("\(failure)".contains("build the module first") == false)
    }

    static let variables: [(lines: String, hint: String, fixed: String, why: String)] = [
        (
            "ARG WASM=plugin.wasm\nFROM scratch\nCOPY ${WASM} ./plugin.wasm", "repeat ARG WASM after FROM",
            "ARG WASM=plugin.wasm\nFROM scratch\nARG WASM\nCOPY ${WASM} ./plugin.wasm", "of no stage"
        ),
        (
            "ARG WASM=plugin.wasm\nFROM scratch\nCOPY ${WASM:?which} ./plugin.wasm",
            "repeat ARG WASM after FROM",
            "ARG WASM=plugin.wasm\nFROM scratch\nARG WASM\nCOPY ${WASM:?which} ./plugin.wasm", "and required"
        ),
        (
            "FROM scratch\nCOPY $WASM ./plugin.wasm", "declare the variable before this line: ARG WASM=VALUE",
            "FROM scratch\nARG WASM=plugin.wasm\nCOPY $WASM ./plugin.wasm", "never declared"
        ),
    ]

    @Test("the remedy for a variable without a value depends on its declaration", arguments: variables)
    func variable(lines: String, hint: String, fixed: String, why: String) throws {
        #expect(try failure(lines).hints == [hint], "\(why)")
        // What the old remedy said changes nothing where the stage has no such ARG.
        #expect(throws: Failure.self) { try contents(lines, ["WASM": "plugin.wasm"]) }
        try contents(fixed)
    }

    @Test func `an argument without a default is set on the command line`() throws {
        let lines = "FROM scratch\nARG WASM\nCOPY $WASM ./plugin.wasm"
        #expect(try failure(lines).hints == ["set the variable: --build-arg WASM=VALUE"])
        try contents(lines, ["WASM": "plugin.wasm"])
    }

    static let ports: [(text: String, ports: [String]?)] = [
        ("9000-9002", ["9000/tcp", "9001/tcp", "9002/tcp"]), ("53-54/udp", ["53/udp", "54/udp"]),
        ("80-80/SCTP", ["80/sctp"]), ("80 90-91", ["80/tcp", "90/tcp", "91/tcp"]), ("65535", ["65535/tcp"]),
        ("9002-9000", nil), ("0-1", nil), ("1-65536", nil), ("1-2-3", nil), ("-1", nil), ("1-", nil),
    ]

    @Test("exposes single ports and ranges", arguments: ports)
    func expose(text: String, ports: [String]?) throws {
        let lines = "FROM scratch\nEXPOSE \(text)\nCOPY plugin.wasm ./plugin.wasm"
        guard let ports else {
            #expect(try failure(lines).message.contains("is not a valid port"))
            return
        }
        #expect(try contents(lines).execution.exposedPorts?.keys.sorted() == ports.sorted())
    }

    @Test func `limits the ports of many ranges`() throws {
        let lines = String(repeating: "EXPOSE 1-65535\n", count: 50)
        #expect(try failure("FROM scratch\n\(lines)COPY plugin.wasm .").message.contains("bytes in total"))
    }

    static let spellings = [
        "ADD ./plugin.wasm ./plugin.wasm", "COPY plugin.wasm /plugin.wasm", "COPY plugin.wasm .",
        "ADD plugin.wasm /",
        "COPY [\"plugin.wasm\", \"./\"]", "COPY --chmod=0644 plugin.wasm plugin.wasm",
        "COPY out/a.wasm ./plugin.wasm",
        "COPY ../plugin.wasm ./plugin.wasm",
    ]

    @Test(
        "a layer with only the plugin gives the bare module's digest, however it is spelled",
        arguments: spellings
    )
    func canonical(line: String) async throws {
        let builder = ImageBuilder(ImageOptions(), processorCount: 2)
        let bare = try await builder.build(scratch.appending("context/plugin.wasm"), spoolingIn: scratch.path)
        let image = try await builder.build(contents("FROM scratch\n\(line)"), spoolingIn: scratch.path)
        #expect(image.manifest.descriptor == bare.manifest.descriptor)
    }

    @Test(
        "another layer keeps its own history",
        arguments: [
            "COPY --chmod=0755 plugin.wasm .", "COPY plugin.wasm x/", "COPY out/a.wasm plugin.wasm ./",
        ]
    )
    func ownHistory(line: String) throws {
        let texts = try contents("FROM scratch\n\(line)").instructions.map(\.text)
        #expect(texts.last?.hasPrefix("COPY") == true)
    }
}
