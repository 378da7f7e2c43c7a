import Foundation
import TestSupport
import Testing

/// A sample of the mutants of each kind of file, through the whole program: no signal, a documented status, a short message.
@Suite(.long, .timed, .timeLimit(.minutes(5)))
struct MutantRunLongTests {
    private static let count = 16

    /// Expects what holds for every run on bad input; statuses of a network or of a mistake of the program are none of them.
    private func expectClear(_ run: CommandLineRun, _ what: String) {
        #expect([0, 1, 64, 65, 66, 74, 78].contains(run.status), "\(what): \(run)")
        #expect(Clarity.faults(in: run.errorText) == [], "\(what): \(run)")
    }

    private func modules(in work: Workspace) async throws -> [String] {
        let original = Fixtures.path("wasm/header-authorization/plugin.wasm")
        let options = ["--count", "\(Self.count)", "--seed", "9"]
        try await PeerProcess.run("mutants.py", [work.path("modules"), original] + options)
        return try work.names(in: "modules").map { "modules/\($0)" }
    }

    @Test func `modules`() async throws {
        let work = try Workspace()
        for name in try await modules(in: work) {
            expectClear(try await work.run("check", name), name)
            let built = try await work.run("build", name, "--layout", "layout", "-q")
            expectClear(built, name)
            #expect(built.status != 0 || built.outputText.hasPrefix("sha256:"), "\(name): \(built)")
        }
        let allowed: Set = ["bin", "home", "layout", "modules"]
        #expect(try allowed.isSuperset(of: work.names()))
    }

    @Test func `layouts`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        _ = try await work.run("build", "plugin.wasm", "-t", "registry.example/a/b:v1", "--layout", "whole")
        let files = try work.files(below: "whole").sorted()
        var mutator = Mutator(seed: 6)
        for number in 0..<Self.count {
            let changed = mutator.choice(of: files)
            for file in files {
                let bytes = try work.bytes(of: "whole/\(file)")
                let isJSON = bytes.first == UInt8(ascii: "{")
                let mutant = isJSON ? mutator.json(bytes) : mutator.bytes(bytes)
                try work.write(file == changed ? mutant : bytes, to: "layout/\(file)")
            }
            let before = try work.files(below: "")
            for command in [["verify", "layout"], ["check", "layout"], ["copy", "layout", "copy"]] {
                expectClear(try await work.start(command).wait(), "\(number): \(command) with \(changed)")
            }
            let written = Set(try work.files(below: "")).subtracting(before)
            #expect(written.allSatisfy { $0.hasPrefix("copy/") }, "\(written)")
            try? FileManager.default.removeItem(atPath: work.path("copy"))
        }
    }

    @Test func `archives`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        _ = try await work.run(
            "build",
            "plugin.wasm",
            "-t",
            "registry.example/a/b:v1",
            "--archive",
            "whole.tar"
        )
        let whole = try work.bytes(of: "whole.tar")
        var mutator = Mutator(seed: 7)
        for number in 0..<Self.count {
            // A header's checksum does not protect the content behind it.
            let bytes = number % 2 == 0 ? mutator.bytes(whole) : mutator.bytes(Gzip.stored(whole))
            try work.write(bytes, to: "image.tar")
            for command in [
                ["verify", "image.tar"], ["inspect", "image.tar"], ["copy", "image.tar", "copy"],
            ] {
                expectClear(try await work.start(command).wait(), "\(number): \(command)")
            }
            let allowed: Set = ["copy", "home", "bin", "image.tar", "plugin.wasm", "whole.tar"]
            #expect(try allowed.isSuperset(of: work.names()))
            try? FileManager.default.removeItem(atPath: work.path("copy"))
        }
    }

    @Test func `Dockerfiles`() async throws {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "context/plugin.wasm")
        let text = """
            ARG WASM=plugin.wasm
            FROM scratch
            ARG WASM
            LABEL a=b c="$WASM"
            COPY ${WASM} /plugin.wasm

            """
        let words = [
            "RUN", "COPY", "..", "${", "$WASM", "[", "*", "<<EOF", "\u{1B}[2J", "99999999999999999999",
        ]
        var mutator = Mutator(seed: 8)
        for number in 0..<Self.count {
            try work.write(mutator.lines(text, words: words), to: "context/Dockerfile")
            expectClear(try await work.run("build", "context", "--layout", "layout"), "\(number)")
            let allowed: Set = ["bin", "context", "home", "layout"]
            #expect(try allowed.isSuperset(of: work.names()))
        }
    }

    @Test func `credential files`() async throws {
        let work = try Workspace()
        let registry = try await ScriptedRegistry.start(.basic)
        try work.write(Modules.plugin, to: "plugin.wasm")
        let (user, password) = (ScriptedRegistry.username, ScriptedRegistry.password)
        let auth = Data("\(user):\(password)".utf8).base64EncodedString()
        let text = #"{"auths":{"\#(registry.name)":{"auth":"\#(auth)"}},"HttpHeaders":{"X-A":"b"}}"#
        var mutator = Mutator(seed: 9)
        var pushed = 0
        for number in 0..<Self.count {
            try work.write(mutator.json(Array(text.utf8)), to: "home/.docker/config.json")
            let reference = "\(registry.name)/test/plugin:v\(number)"
            let run = try await work.run("push", reference, "plugin.wasm", "--plain-http")
            // A file without the entry is not broken: the registry then wants credentials.
            if run.status != 77 { expectClear(run, "\(number)") }
            #expect(Clarity.faults(in: run.errorText) == [], "\(run)")
            if run.status == 0 { pushed += 1 }
        }
        #expect(pushed > 0 && pushed < Self.count)
    }
}
