import Archive
import Diagnostics
import Foundation
import HostSystem
import OCI
import Packing
import Storage
import SystemPackage
import TestSupport
import Testing

/// Five hundred seeded mutants of each kind of file: an answer or a clear failure, and nothing written elsewhere.
@Suite(.long, .timed, .timeLimit(.minutes(5)))
struct MutantLongTests {
    private static let count = 500
    private let scratch: ScratchDirectory

    init() throws { scratch = try ScratchDirectory() }

    /// Runs a reader, and expects an answer or a clear failure; returns whether there was an answer.
    private func isAnswered(_ what: String, _ read: () async throws -> Void) async -> Bool {
        do {
            try await read()
            return true
        } catch let failure as Failure {
            let faults = Clarity.faults(in: failure.description)
            #expect(faults == [] && failure.code != .internalError, "\(what): \(faults) \(failure)")
        } catch {
            Issue.record("\(what): \(error) is not a Failure")
        }
        return false
    }

    /// Looks into an image as `verify` and `check` do.
    private func read(_ store: some LocalStore) async throws {
        let root = try await store.resolve(.only)
        let verification = try await Verification(of: root, in: store)
        for finding in verification.findings {
            #expect(Clarity.faults(in: finding.failure.description) == [], "\(finding.failure)")
        }
        try Directory.create(scratch.appending("spool"))
        let image = try await InspectedImage(of: root, in: store, spoolingIn: scratch.appending("spool"))
        let check = try PluginCheck(image.inspection, module: image.module, for: Consumers.all)
        for finding in check.results.flatMap({ $0.imageFindings + $0.moduleFindings }) {
            #expect(Clarity.faults(in: finding.message) == [], "\(finding.message)")
        }
    }

    @Test func `modules`() async throws {
        let folder = scratch.appending("modules")
        try await PeerProcess.run("modules.py", [scratch.appending("corpus").string])
        let originals = [
            Fixtures.path("wasm/header-authorization/plugin.wasm"),
            scratch.appending("corpus/every-section.wasm").string,
        ]
        let options = ["--count", "\(Self.count)", "--seed", "7"]
        try await PeerProcess.run("mutants.py", [folder.string] + originals + options)
        var answered = 0
        let names = try tree(folder)
        for name in names {
            let isAnswered = await isAnswered(name) {
                let file = try ReadableFile(opening: folder.appending(name))
                let module = try ModuleInspection(of: name, in: file)
                let check = try PluginCheck(nil, module: module, for: Consumers.all)
                for finding in check.moduleFindings {
                    #expect(Clarity.faults(in: finding.message) == [], "\(name): \(finding.message)")
                }
            }
            if isAnswered { answered += 1 }
        }
        #expect(names.count == Self.count && answered > Self.count / 2)
    }

    @Test func `layouts`() async throws {
        var mutator = Mutator(seed: 1)
        var answered = 0
        for number in 0..<Self.count {
            let change = mutator.choice(of: MadeLayout.changes)
            let layout = try MadeLayout(changing: change, by: &mutator)
            let folder = scratch.appending("layout")
            try? FileManager.default.removeItem(atPath: folder.string)
            for (name, bytes) in layout.files { try scratch.write(bytes, to: "layout/\(name)") }
            let before = try tree(scratch.path).filter { !$0.hasPrefix("spool") }
            let isAnswered = await isAnswered("\(number), \(layout.change)") {
                try await read(ImageLayout(opening: folder))
            }
            if isAnswered { answered += 1 }
            #expect(try tree(scratch.path).filter { !$0.hasPrefix("spool") } == before, "\(number)")
        }
        #expect(answered > Self.count / 10 && answered < Self.count)
    }

    @Test func `archives`() async throws {
        var mutator = Mutator(seed: 2)
        var answered = 0
        for number in 0..<Self.count {
            let archive = try MadeLayout.archive(changedBy: &mutator)
            let file = try scratch.write(archive, to: "image.tar")
            let unpacked = scratch.appending("unpacked")
            try? FileManager.default.removeItem(atPath: unpacked.string)
            try Directory.create(unpacked)
            let isAnswered = await isAnswered("\(number)") {
                try await read(ImageArchive(opening: file, unpackingIn: unpacked))
            }
            if isAnswered { answered += 1 }
            let others = try tree(scratch.path).filter { !$0.hasPrefix("spool") && !$0.hasPrefix("unpacked") }
            #expect(others == ["image.tar"], "\(number)")
        }
        #expect(answered > Self.count / 10 && answered < Self.count)
    }

    /// A Dockerfile with every instruction that is supported.
    private static let dockerfile = """
        # syntax=docker/dockerfile:1
        # escape=\\
        ARG NAME=plugin
        FROM --platform=wasip1/wasm scratch AS build
        ARG NAME
        ARG WASM="${NAME:-x}.wasm"
        LABEL a=1 "b c"='d $NAME' \\
            e="f"
        ENV PATH=/bin:$PATH X=${WASM:-y}
        WORKDIR /w
        COPY --chmod=644 ["./out/*.wasm", "/"]
        ADD ${WASM} ./plugin.wasm
        EXPOSE 80/tcp 9000
        USER 1:2
        ENTRYPOINT ["/plugin.wasm"]
        CMD x y
        STOPSIGNAL 9

        """

    private static let rules = "out/x\n!out/*.wasm\n**/a?[b-c]\n"

    private static let words = [
        "FROM", "COPY", "ADD", "ARG", "ENV", "LABEL", "RUN", "ONBUILD", "HEALTHCHECK", "SHELL", "--from=x",
        "--chmod=99999999999999999999", "--link", "${", "${NAME", "${NAME:-${NAME:-${NAME}}}", "$NAME",
        "${A/*/b}",
        "[", "[\"", "[]", "[\"a\",", "..", "/", "../../../../etc/passwd", "*", "**/**/**", "[a-", "[^]", "\\",
        "99999999999999999999", "-1", "=", "==", "\"", "'", "\u{1B}[2J", "<<EOF", "<<-X", "@sha256:",
        String(repeating: "y", count: 3000), "\u{FEFF}", "é\u{301}",
    ]

    @Test func `Dockerfiles`() async throws {
        var mutator = Mutator(seed: 3)
        try scratch.write(SampleModule.smallest, to: "context/plugin.wasm")
        try scratch.write(SampleModule.smallest, to: "context/out/plugin.wasm")
        try scratch.write(SampleModule.smallest, to: "outside.wasm")
        var answered = 0
        for number in 0..<Self.count {
            var (text, rules) = (Array(Self.dockerfile.utf8), Array(Self.rules.utf8))
            if number > 0 {
                text = mutator.lines(Self.dockerfile, words: Self.words)
                rules = mutator.lines(Self.rules, words: Self.words)
            }
            try scratch.write(text, to: "context/Dockerfile")
            try scratch.write(rules, to: "context/.dockerignore")
            let before = try tree(scratch.path)
            let isAnswered = await isAnswered("\(number): \(String(decoding: text, as: UTF8.self))") {
                let contents = try BuildInput(locating: scratch.appending("context"))
                    .contents(
                        labels: [:],
                        arguments: ["NAME": "plugin"],
                        apartFrom: [],
                        events: RecordingSink()
                    )
                for file in contents.layers.joined().compactMap(\.path) {
                    #expect(file.string.hasPrefix(scratch.appending("context").string), "\(file)")
                }
            }
            #expect(isAnswered || number > 0, "the Dockerfile without a change")
            if isAnswered { answered += 1 }
            #expect(try tree(scratch.path) == before, "\(number)")
        }
        #expect(answered > Self.count / 20 && answered < Self.count)
    }
}
