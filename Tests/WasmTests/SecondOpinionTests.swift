import Foundation
import TestSupport
import Testing

/// The reader agrees with wasm-tools, a second implementation of the same specification.
@Suite(.timed, .timeLimit(.minutes(5))) struct SecondOpinionTests {
    @Test func `agrees with wasm-tools on the corpus, except for the listed differences`() async throws {
        let opinion = try await SecondOpinion("--corpus")
        print(opinion.summary)
        #expect(opinion.count >= 900)
        #expect(opinion.listedDifferences >= 15)
        for difference in opinion.differences { Issue.record("\(difference)") }
    }

    @Test func `agrees with wasm-tools on 500 generated modules`() async throws {
        let opinion = try await SecondOpinion("--count", "500", "--seed", "1")
        print(opinion.summary)
        #expect(opinion.count == 500)
        #expect(opinion.valid >= 150)
        #expect(opinion.invalidInBody >= 150)
        for difference in opinion.differences { Issue.record("\(difference)") }
    }
}

/// The same with more modules; `make differential` sets their number.
@Suite(.long, .timed, .timeLimit(.minutes(60))) struct SecondOpinionLongTests {
    @Test func `agrees with wasm-tools on 10,000 generated modules`() async throws {
        let count = ProcessInfo.processInfo.environment["WASMPACK_DIFFERENTIAL"].flatMap(Int.init) ?? 10_000
        let opinion = try await SecondOpinion("--count", "\(count)", "--seed", "2")
        print(opinion.summary)
        #expect(opinion.valid >= count * 3 / 10)
        #expect(opinion.invalidInBody >= count * 3 / 10)
        for difference in opinion.differences { Issue.record("\(difference)") }
    }
}
