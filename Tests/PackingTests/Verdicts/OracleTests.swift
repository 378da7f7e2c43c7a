import Diagnostics
import Foundation
import TestSupport
import Testing
import Wasm

/// `check` says what a real Envoy does, for hundreds of modules.
///
/// Envoy's verdicts are the recorded ones; `EnvoyVerdictTests` asks Envoy itself.
@Suite(.timed, .timeLimit(.minutes(5))) struct OracleTests {
    private func corpus() async throws -> [JudgedModule] {
        try await JudgedModule.all.value.filter { !$0.isMutant }
    }

    @Test func `the corpus has every kind of verdict`() async throws {
        let all = try await JudgedModule.all.value
        let (corpus, mutants) = (all.filter { !$0.isMutant }, all.filter(\.isMutant))
        #expect(corpus.count >= 100)
        #expect(mutants.count >= 200)
        for verdict in [EnvoyVerdicts.Verdict.loads, .refuses, .dies] {
            #expect(corpus.count { $0.envoy.verdict == verdict } >= 20, "\(verdict)")
        }
        #expect(mutants.contains { $0.envoy.verdict == .loads })
        #expect(!corpus.contains { $0.envoy.verdict == .hangs })
    }

    @Test func `check accepts the modules that Envoy loads, and rejects those that Envoy rejects`()
        async throws
    {
        let unknowable = try Unknowable.table()
        for module in try await JudgedModule.all.value {
            if module.isAccepted == (module.envoy.verdict == .loads) { continue }
            let reasons = unknowable.filter { $0.covers(module.name) }.map(\.note)
            let ids = module.findings.map(\.id)
            #expect(
                module.isAccepted && reasons.contains { note in note.map(ids.contains) ?? true },
                "\(module.name): Envoy \(module.envoy.verdict) \(module.envoy.said.prefix(2)), check \(ids)"
            )
        }
    }

    @Test("check --for envoy@VERSION agrees with that Envoy", arguments: EnvoyVerdicts.versions)
    func release(version: String) async throws {
        let minor = try #require(version.split(separator: ".").dropFirst().first.flatMap { Int($0) })
        let recorded = try EnvoyVerdicts(recordedFor: version)
        let unknowable = try Unknowable.table()
        for module in try await JudgedModule.all.value {
            let answer = try #require(recorded.answers[module.digest], "\(module.name): make verdicts")
            let findings = try module.findings(inEnvoy: minor)
            let isAccepted = !findings.contains { $0.severity == .error }
            if isAccepted == (answer.verdict == .loads) { continue }
            // Only running the module shows whether it calls what is forbidden at start.
            let isUnknowable =
                unknowable.contains { $0.covers(module.name) }
                || findings.contains { $0.id == "restricted-at-start" }
            #expect(
                isAccepted && isUnknowable,
                "\(module.name): Envoy \(version) \(answer.verdict) \(answer.said.prefix(2))"
            )
        }
    }

    @Test
    func `a module whose function bodies Envoy's engine rejects is an invalid module, with the function`()
        async throws
    {
        let modules = try await JudgedModule.all.value.filter(\.envoy.isOfBodies)
        #expect(modules.count >= 150)
        for module in modules {
            // The version in the preamble is wrong in a few.
            let ids = ["invalid-module", "wasm-component", "wasm-malformed"]
            #expect(ids.contains(module.error?.id ?? ""), "\(module.name)")
        }
        #expect(modules.count { $0.error?.message.hasPrefix("function ") == true } >= 150)
    }

    @Test func `check quotes messages that Envoy prints`() async throws {
        for module in try await corpus() where module.envoy.verdict == .refuses {
            guard let consumerMessage = module.error?.consumerMessage else { continue }
            #expect(
                module.envoy.said.joined(separator: "\n").contains(consumerMessage),
                "\(module.name): \(consumerMessage), not \(module.envoy.said.prefix(2))"
            )
        }
    }

    @Test func `check reports a module that crashes Envoy as crashes-envoy`() async throws {
        let unknowable = try Unknowable.table()
        for module in try await corpus() where module.envoy.verdict == .dies {
            if unknowable.contains(where: { $0.covers(module.name) }) { continue }
            #expect(module.error?.id == "crashes-envoy", "\(module.name)")
        }
    }

    @Test func `check does not report crashes-envoy first for a module that does not crash Envoy`()
        async throws
    {
        for module in try await corpus() where module.envoy.verdict != .dies {
            #expect(module.error?.id != "crashes-envoy", "\(module.name)")
        }
    }

    @Test func `each row of the table of limits of check is still needed`() async throws {
        let corpus = try await corpus()
        let table = try Unknowable.table()
        #expect(!table.isEmpty)
        for unknowable in table {
            for pattern in unknowable.modules {
                let covered = corpus.filter { fnmatch(pattern, $0.name, 0) == 0 }
                #expect(
                    covered.contains { $0.envoy.verdict != .loads && $0.isAccepted },
                    "\(pattern)"
                )
            }
        }
    }

    @Test func `what is wrong with a module's bytes is said with its place`() async throws {
        let structural = ["Failed to parse corrupted Wasm module", "Failed to load Wasm bytecode"]
        for module in try await JudgedModule.all.value {
            guard let finding = module.error, let consumerMessage = finding.consumerMessage,
                structural.contains(consumerMessage)
            else {
                continue
            }
            #expect(finding.offset != nil || finding.message.contains("byte"), "\(module.name): \(finding)")
        }
    }
}
