import Diagnostics
import OCI
import Packing
import SystemPackage
import TestSupport
import Testing

@Suite struct BuildInputTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test func `prefers a folder's Dockerfile to its Containerfile, and both to its plugin`() throws {
        let plugin = try scratch.write([], to: "plugin.wasm")
        #expect(try BuildInput(locating: scratch.path) == .module(plugin))
        let container = try scratch.write([], to: "Containerfile")
        #expect(try BuildInput(locating: scratch.path) == .dockerfile(container, context: scratch.path))
        let docker = try scratch.write([], to: "Dockerfile")
        #expect(try BuildInput(locating: scratch.path) == .dockerfile(docker, context: scratch.path))
        #expect(try BuildInput(locating: plugin) == .module(plugin))
    }

    @Test(
        "recognizes a Dockerfile by its name",
        arguments: [
            ("Dockerfile", true), ("Containerfile", true), ("Dockerfile.wasm", true), ("x.Dockerfile", true),
            ("x.dockerfile", true), ("dockerfile.wasm", false), ("x.wasm", false), ("Dockerfiles", false),
        ]
    )
    func names(name: String, isDockerfile: Bool) throws {
        let file = try scratch.write([], to: name)
        let input = try BuildInput(locating: file)
        #expect(input == (isDockerfile ? .dockerfile(file, context: scratch.path) : .module(file)))
    }

    @Test func `resolves -f from the working directory, and requires a folder as the path`() throws {
        let file = try scratch.write([], to: "a/any-name")
        let plugin = try scratch.write([], to: "plugin.wasm")
        #expect(
            try BuildInput(locating: scratch.path, dockerfile: file)
                == .dockerfile(file, context: scratch.path)
        )
        let missing = #expect(throws: Failure.self) {
            try BuildInput(locating: scratch.path, dockerfile: "a/any-name")
        }
        #expect(missing?.code == .fileMissing)
        #expect(missing?.hints == ["wasmpack build -f \(file) \(scratch.path)"])
        let module = #expect(throws: Failure.self) { try BuildInput(locating: plugin, dockerfile: file) }
        #expect(module?.code == .usage)
    }

    private func contents(_ text: String, _ arguments: [String: String] = [:], labels: [String: String] = [:])
        throws
        -> (ImageContents, [Event])
    {
        try scratch.write(Array(text.utf8), to: "Dockerfile")
        let sink = RecordingSink()
        let contents = try BuildInput(locating: scratch.path)
            .contents(labels: labels, arguments: arguments, apartFrom: [], events: sink)
        return (contents, sink.events)
    }

    @Test func `labels of the command line override the file's`() throws {
        try scratch.write([1], to: "plugin.wasm")
        let (contents, _) = try contents(
            "FROM scratch\nLABEL a=1 b=2\nADD plugin.wasm .",
            labels: ["b": "3", "c": "4"]
        )
        #expect(contents.execution.labels == ["a": "1", "b": "3", "c": "4"])
    }

    @Test
    func `mentions a plugin that the Dockerfile does not copy, and an argument that no ARG declares`()
        throws
    {
        try scratch.write([1], to: "plugin.wasm")
        try scratch.write([2], to: "build/x.wasm")
        let (_, used) = try contents("FROM scratch\nADD plugin.wasm .")
        #expect(used.count == 1)
        let (_, unused) = try contents("FROM scratch\nADD build/x.wasm plugin.wasm", ["A": "1"])
        #expect("\(unused)".contains("not \(scratch.appending("plugin.wasm"))"))
        #expect("\(unused)".contains("--build-arg A has no effect: no ARG in"))
    }

    @Test
    func
        `suggests the existing plugin for an unsupported Dockerfile, and rejects an argument without a Dockerfile`()
        throws
    {
        let plugin = try scratch.write([1], to: "plugin.wasm")
        let failure = #expect(throws: Failure.self) { try contents("FROM alpine") }
        #expect(failure?.hints.last == "wasmpack build \(plugin)")
        let argument = #expect(throws: Failure.self) {
            try BuildInput(locating: plugin)
                .contents(labels: [:], arguments: ["A": "1"], apartFrom: [], events: SilentSink())
        }
        #expect(argument?.code == .usage)
    }
}
