import TestSupport
import Testing

@testable import Registry

@Suite(.timed, .timeLimit(.minutes(5))) struct RateLimitGateTests {
    @Test func `blocks requests until the end, then spaces them`() {
        let rest = RateLimitGate()
        #expect(rest.remaining(at: .zero, spacing: .seconds(1)) == nil)
        #expect(rest.begin(.seconds(10), patience: nil, at: .zero) == .begun)
        #expect(rest.remaining(at: .seconds(4), spacing: .seconds(1)) == .seconds(6))
        #expect(rest.remaining(at: .seconds(10), spacing: .seconds(1)) == nil, "the first")
        #expect(rest.remaining(at: .seconds(10), spacing: .seconds(1)) == .seconds(1), "the second waits")
        rest.end()
        #expect(rest.remaining(at: .seconds(11), spacing: .seconds(1)) == nil)
        #expect(rest.remaining(at: .seconds(11), spacing: .seconds(1)) == nil, "all is well again")
    }

    @Test func `treats concurrent waits as one`() {
        let rest = RateLimitGate()
        #expect(rest.begin(.seconds(300), patience: .seconds(600), at: .zero) == .begun)
        for _ in 0..<10 {
            #expect(rest.begin(.seconds(300), patience: .seconds(600), at: .milliseconds(10)) == .known)
        }
        #expect(rest.begin(.seconds(301), patience: .seconds(600), at: .seconds(300)) == .tooLong)
    }

    @Test func `a shorter wait does not end a longer one`() {
        let rest = RateLimitGate()
        _ = rest.begin(.seconds(10), patience: nil, at: .zero)
        #expect(rest.begin(.seconds(1), patience: nil, at: .seconds(1)) == .known)
        #expect(rest.remaining(at: .seconds(2), spacing: .zero) == .seconds(8))
    }

    @Test func `all requests wait if the first one is limited again`() {
        let rest = RateLimitGate()
        _ = rest.begin(.seconds(10), patience: nil, at: .zero)
        #expect(rest.remaining(at: .seconds(10), spacing: .seconds(1)) == nil)
        #expect(rest.begin(.seconds(20), patience: nil, at: .milliseconds(10500)) == .begun)
        for _ in 0..<3 {
            #expect(rest.remaining(at: .seconds(11), spacing: .seconds(1)) == .milliseconds(19500))
        }
    }
}
