import Foundation
import OCI
import TestSupport
import Testing

/// The recorded verdicts of Envoy equal those of a real Envoy, and no module makes a command crash.
///
/// `OracleTests` compares `check` with the recorded verdicts. This suite uses a few modules of each verdict,
/// spread over the names; `EnvoyVerdictLongTests` uses all of them.
@Suite(.timed, .timeLimit(.minutes(5))) struct EnvoyVerdictTests {
    typealias Module = (name: String, path: String)

    private static func digest(_ module: Module) throws -> String {
        Digest(of: [UInt8](try Data(contentsOf: URL(filePath: module.path)))).encoded
    }

    /// Ten modules of each verdict.
    private static func sample() async throws -> [Module] {
        let recorded = try EnvoyVerdicts.recorded.get().answers
        let modules = try await JudgedModules.shared.value.all
        let byVerdict = try Dictionary(grouping: modules) {
            recorded[try digest($0)]?.verdict.rawValue ?? "none"
        }
        return byVerdict.values.flatMap { some in
            stride(from: 0, to: some.count, by: max(1, some.count / 10)).prefix(10).map { some[$0] }
        }
    }

    /// Expects the recorded verdicts for these modules.
    static func expectRecorded(_ modules: [Module], of real: EnvoyVerdicts) throws {
        let recorded = try EnvoyVerdicts(recordedFor: real.envoy)
        for module in modules {
            let digest = try digest(module)
            let answer = try #require(real.answers[digest], "\(module.name) was not asked for")
            #expect(answer == recorded.answers[digest], "\(module.name)")
        }
    }

    /// Expects commands to end with a documented exit status and the matching document.
    static func expectDocuments(_ commands: [String], of modules: [Module]) async throws {
        let work = try Workspace()
        for (number, module) in modules.enumerated() {
            for command in commands {
                let layout = command == "build" ? ["--layout", "image-\(number)"] : []
                let run = try await work.start([command, module.path, "--json"] + layout).wait()
                #expect([0, 1, 65].contains(run.status), "\(command) \(module.name): \(run)")
                let document = try? JSONSerialization.jsonObject(with: run.outputBytes) as? [String: Any]
                #expect(document != nil, "\(command) \(module.name): \(run)")
                if command == "check", let isRight = document?["ok"] as? Bool {
                    #expect(isRight == (run.status == 0), "\(module.name): \(run)")
                }
            }
        }
    }

    @Test(.enabled(if: Envoy.isExpected, Envoy.whySkipped))
    func `Envoy's messages for some modules equal the recorded messages`() async throws {
        let modules = try await Self.sample()
        #expect(modules.count >= 30)
        let real = try await EnvoyVerdicts(asking: Envoy.program, about: modules.map(\.name))
        try Self.expectRecorded(modules, of: real)
    }

    @Test func `commands end with a documented exit status for every kind of module`()
        async throws
    {
        try await Self.expectDocuments(["check", "build"], of: await Self.sample())
    }
}

/// The same for all modules.
@Suite(.long, .timed, .timeLimit(.minutes(15))) struct EnvoyVerdictLongTests {
    @Test(
        "Envoy's messages for all modules equal the recorded messages",
        .enabled(if: Envoy.isExpected, Envoy.whySkipped),
        arguments: EnvoyVerdicts.versions
    )
    func recorded(version: String) async throws {
        let modules = try await JudgedModules.shared.value.all
        let real = try await EnvoyVerdicts(asking: Envoy.program(version))
        #expect(real.envoy == version, "make envoys")
        try EnvoyVerdictTests.expectRecorded(modules, of: real)
    }

    @Test func `check does not crash on any module`() async throws {
        try await EnvoyVerdictTests.expectDocuments(["check"], of: await JudgedModules.shared.value.all)
    }

    @Test func `commands do not crash on any mutant`() async throws {
        let mutants = try await JudgedModules.shared.value.mutants
        try await EnvoyVerdictTests.expectDocuments(["inspect", "build"], of: mutants)
    }
}
