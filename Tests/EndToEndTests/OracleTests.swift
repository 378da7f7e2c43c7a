import Foundation
import TestSupport
import Testing

/// `check` says what a real Envoy does, for hundreds of modules, and no module makes the program fall over.
@Suite(.timeLimit(.minutes(10)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct OracleTests {
    @Test func `the corpus has every kind of verdict`() async throws {
        let oracle = try await Oracle.judgement.value
        #expect(oracle.corpus.count >= 100)
        #expect(oracle.mutants.count >= 200)
        for verdict in [Oracle.Row.Verdict.loads, .refuses, .dies] {
            #expect(oracle.corpus.values.count { $0.verdict == verdict } >= 20, "\(verdict)")
        }
        #expect(oracle.mutants.values.contains { $0.verdict == .loads })
        #expect(!oracle.corpus.values.contains { $0.verdict == .hangs })
    }

    @Test func `check accepts what Envoy loads and refuses what it refuses`() async throws {
        let oracle = try await Oracle.judgement.value
        let unknowable = try Unknowable.table()
        for (name, row) in oracle.corpus.merging(oracle.mutants, uniquingKeysWith: { $1 }) {
            let isAccepted = row.check.status == 0
            if isAccepted == (row.verdict == .loads) { continue }
            let reasons =
                row.isOfBodies
                ? ["function-bodies-not-validated"] : unknowable.filter { $0.covers(name) }.map(\.note)
            let ids = row.findings.map(\.id)
            #expect(
                isAccepted && reasons.contains { ids.contains($0) },
                "\(name): Envoy \(row.verdict) \(row.said.prefix(2)), check \(row.check.status ?? -1) \(ids)"
            )
        }
    }

    @Test func `what check quotes is what Envoy prints`() async throws {
        for (name, row) in try await Oracle.judgement.value.corpus where row.verdict == .refuses {
            guard let saying = row.findings.first(where: { $0.severity == "error" })?.saying else { continue }
            #expect(
                row.said.joined(separator: "\n").contains(saying),
                "\(name): \(saying), not \(row.said.prefix(2))"
            )
        }
    }

    @Test func `a module that kills Envoy is refused as such`() async throws {
        let unknowable = try Unknowable.table()
        for (name, row) in try await Oracle.judgement.value.corpus where row.verdict == .dies {
            if unknowable.contains(where: { $0.covers(name) }) { continue }
            #expect(row.findings.first { $0.severity == "error" }?.id == "kills-envoy", "\(name)")
        }
    }

    @Test func `what does not kill Envoy is refused for another reason first, or not at all`() async throws {
        for (name, row) in try await Oracle.judgement.value.corpus where row.verdict != .dies {
            let first = row.findings.first { $0.severity == "error" }
            #expect(first?.id != "kills-envoy", "\(name)")
        }
    }

    @Test func `each row of what check cannot tell is still needed`() async throws {
        let corpus = try await Oracle.judgement.value.corpus
        let table = try Unknowable.table()
        #expect(!table.isEmpty)
        for unknowable in table {
            for pattern in unknowable.modules {
                let covered = corpus.filter { fnmatch(pattern, $0.key, 0) == 0 }
                #expect(
                    covered.contains { $0.value.verdict != .loads && $0.value.check.status == 0 },
                    "\(pattern)"
                )
            }
        }
    }

    @Test func `no module makes a command crash, hang or end in another way than the documented ones`()
        async throws
    {
        let oracle = try await Oracle.judgement.value
        let documented: Set<Int32> = [0, 1, 65]
        for (name, row) in oracle.corpus.merging(oracle.mutants, uniquingKeysWith: { $1 }) {
            for (command, answer) in [("check", row.check), ("inspect", row.inspect), ("build", row.build)] {
                guard let answer else { continue }
                #expect(answer.status.map(documented.contains) == true, "\(command) \(name): \(answer)")
                #expect(answer.document != nil, "\(command) \(name): \(answer)")
            }
        }
    }

    @Test func `what is wrong with a module's bytes is said with its place`() async throws {
        let structural = ["Failed to parse corrupted Wasm module", "Failed to load Wasm bytecode"]
        let oracle = try await Oracle.judgement.value
        for (name, row) in oracle.corpus.merging(oracle.mutants, uniquingKeysWith: { $1 }) {
            guard let finding = row.findings.first(where: { $0.severity == "error" }) else { continue }
            guard let saying = finding.saying, structural.contains(saying) else { continue }
            #expect(finding.offset != nil || finding.message.contains("byte"), "\(name): \(finding)")
        }
    }
}
