import Diagnostics
import OCI
import Packing
import SystemPackage
import TestSupport
import Testing

@Suite struct BuildInputTests {
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    @Test func `a folder's Dockerfile comes before its Containerfile, and both before its plugin`() throws {
        let plugin = try scratch.write([], to: "plugin.wasm")
        #expect(try BuildInput(locating: scratch.path) == .module(plugin))
        let container = try scratch.write([], to: "Containerfile")
        #expect(try BuildInput(locating: scratch.path) == .dockerfile(container, context: scratch.path))
        let docker = try scratch.write([], to: "Dockerfile")
        #expect(try BuildInput(locating: scratch.path) == .dockerfile(docker, context: scratch.path))
        #expect(try BuildInput(locating: plugin) == .module(plugin))
    }

    @Test(
        "a Dockerfile is known by its name",
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

    @Test func `-f is looked up from the working directory, and its path has to be a folder`() throws {
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
        #expect(missing?.hints == ["-f \(file)"])
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

    @Test func `labels of the command line win over the file's`() throws {
        try scratch.write([1], to: "plugin.wasm")
        let (contents, _) = try contents(
            "FROM scratch\nLABEL a=1 b=2\nADD plugin.wasm .",
            labels: ["b": "3", "c": "4"]
        )
        #expect(contents.execution.labels == ["a": "1", "b": "3", "c": "4"])
    }

    @Test
    func `the plugin that the Dockerfile does not take is mentioned, and an argument that nobody names`()
        throws
    {
        try scratch.write([1], to: "plugin.wasm")
        try scratch.write([2], to: "build/x.wasm")
        let (_, taken) = try contents("FROM scratch\nADD plugin.wasm .")
        #expect(taken.count == 1)
        let (_, other) = try contents("FROM scratch\nADD build/x.wasm plugin.wasm", ["A": "1"])
        #expect("\(other)".contains("it does not take"))
        #expect("\(other)".contains("no ARG in"))
    }

    @Test
    func `what only docker can do points to the plugin that is there, and an argument needs a Dockerfile`()
        throws
    {
        let plugin = try scratch.write([1], to: "plugin.wasm")
        let failure = #expect(throws: Failure.self) { try contents("FROM alpine") }
        #expect(failure?.hints.last == "wasmpack build \(plugin), without the Dockerfile")
        let argument = #expect(throws: Failure.self) {
            try BuildInput(locating: plugin)
                .contents(labels: [:], arguments: ["A": "1"], apartFrom: [], events: SilentSink())
        }
        #expect(argument?.code == .usage)
    }
}
