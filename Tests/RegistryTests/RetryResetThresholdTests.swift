import Testing

@testable import Registry

@Suite struct RetryResetThresholdTests {
    @Test(
        "limits how often single bytes count as progress",
        arguments: [(100, 100), (64_000, 64), (8 << 20, 128)]
    )
    func steps(size: Int, count: Int) {
        var mark = RetryResetThreshold(size: size)
        #expect((1...size).count { mark.advance(to: $0) } == count)
    }

    @Test func `bytes received again are not progress`() {
        var mark = RetryResetThreshold(size: 1 << 30)
        #expect(
            [65_535, 65_536, 100, 65_536, 131_071, 131_072].map { mark.advance(to: $0) } == [
                false, true, false, false, false, true,
            ]
        )
    }
}
