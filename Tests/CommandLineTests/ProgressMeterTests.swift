import Diagnostics
import Testing

@testable import wasmpack

/// When progress is shown, and what it says; the time is the test's own.
@Suite struct ProgressMeterTests {
    private static let start = ContinuousClock.now

    private static func at(_ seconds: Double) -> ContinuousClock.Instant { start + .seconds(seconds) }

    private static func layer(_ stage: Transfer.Stage, size: Int = 1000) -> Transfer {
        Transfer(role: "layer", digest: "sha256:aa", size: size, stage: stage)
    }

    private func meter(_ steps: [(Double, Transfer)], passes: Int = 1) -> ProgressMeter {
        var meter = ProgressMeter()
        for (time, transfer) in steps { meter.update(transfer, passes: passes, at: Self.at(time)) }
        return meter
    }

    @Test func `a transfer is shown after one second, also if no byte has moved`() {
        let meter = meter([(0, Self.layer(.started))])
        #expect(meter.reading(at: Self.at(0.99)) == nil)
        #expect(
            meter.reading(at: Self.at(1)) == ProgressReading(label: "layer", done: 0, total: 1000, rate: 0)
        )
    }

    @Test func `the rate is that of the last five seconds`() {
        var steps: [(Double, Transfer)] = [(0, Self.layer(.started, size: 100_000))]
        for second in 1...20 {
            // 1,000 bytes a second, later 100.
            let bytes = second <= 10 ? second * 1000 : 10_000 + (second - 10) * 100
            steps.append((Double(second), Self.layer(.moved(bytes: bytes), size: 100_000)))
        }
        #expect(meter(Array(steps[...10])).reading(at: Self.at(10))?.rate == 1000)
        #expect(meter(steps).reading(at: Self.at(20))?.rate == 100)
    }

    @Test func `a blob that has ended still counts while others are under way`() {
        var meter = meter([(0, Self.layer(.started)), (0.5, Self.layer(.moved(bytes: 600)))])
        let config = { (stage: Transfer.Stage) in
            Transfer(role: "config", digest: "sha256:bb", size: 100, stage: stage)
        }
        meter.update(config(.started), passes: 1, at: Self.at(0))
        #expect(meter.update(config(.finished), passes: 1, at: Self.at(2)) == .seconds(2))
        let reading = meter.reading(at: Self.at(2))
        #expect(reading?.label == "layer" && reading?.done == 700 && reading?.total == 1100)
        meter.update(Self.layer(.finished), passes: 1, at: Self.at(3))
        #expect(!meter.isActive && meter.reading(at: Self.at(3)) == nil)
    }

    @Test func `a blob from one registry to another is moved twice`() {
        let first = meter([(0, Self.layer(.started)), (1, Self.layer(.received(bytes: 1000)))], passes: 2)
        #expect(first.reading(at: Self.at(1))?.done == 1000)
        #expect(first.reading(at: Self.at(1))?.total == 2000)
        let second = meter(
            [
                (0, Self.layer(.started)), (1, Self.layer(.received(bytes: 1000))),
                (2, Self.layer(.moved(bytes: 500))),
            ],
            passes: 2
        )
        #expect(second.reading(at: Self.at(2))?.done == 1500)
    }

    @Test func `a download without a reported end ends with its last byte`() {
        #expect(meter([(0, Self.layer(.received(bytes: 10)))]).isActive)
        #expect(
            !meter([(0, Self.layer(.received(bytes: 10))), (9, Self.layer(.received(bytes: 1000)))]).isActive
        )
    }

    @Test func `work on this machine is shown too, and time before it counts`() {
        var meter = ProgressMeter()
        meter.update(Work(.packing, "a.wasm", bytes: 1, of: 10), at: Self.at(0))
        meter.update(Work(.packing, "a.wasm", bytes: 10, of: 10), at: Self.at(0.9))
        meter.update(Self.layer(.started), passes: 1, at: Self.at(1))
        #expect(meter.reading(at: Self.at(1.1))?.label == "layer")
        #expect(meter.reading(at: Self.at(1.1))?.total == 1000, "packing is not counted as sent")
    }

    @Test func `after a pause of a second, new work waits its second again`() {
        var meter = meter([(0, Self.layer(.started)), (5, Self.layer(.finished))])
        meter.update(Self.layer(.started), passes: 1, at: Self.at(7))
        #expect(meter.reading(at: Self.at(7.5)) == nil)
        #expect(meter.reading(at: Self.at(8))?.done == 0)
    }

    @Test func `sizes from outside cannot overflow`() {
        let huge = meter(
            [(0, Self.layer(.started, size: .max)), (1, Self.layer(.received(bytes: .max), size: .max))],
            passes: 2
        )
        _ = huge.reading(at: Self.at(2))
        let negative = meter([
            (0, Self.layer(.started, size: -5)), (1, Self.layer(.moved(bytes: -9), size: -5)),
        ])
        _ = negative.reading(at: Self.at(2))?.line(within: 80, .plain)
    }
}
