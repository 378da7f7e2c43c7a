import Testing

@testable import wasmpack

/// The line of progress in terminals of any width.
@Suite struct ProgressReadingTests {
    private static let reading = ProgressReading(
        label: "layer",
        done: 82 * 1_048_576,
        total: 200_069_614,
        rate: 8 * 1_048_576
    )
    private static let ascii = Style(hasColor: false, hasUnicode: false)

    static let widths: [(columns: Int, line: String, why: String)] = [
        (
            79, "  layer    ━━━━━━━━────────────   42%  82.0 of 190.8 MiB  8.0 MiB/s  14 s left",
            "everything"
        ),
        (
            70, "  layer    ━━━━━───────   42%  82.0 of 190.8 MiB  8.0 MiB/s  14 s left",
            "a shorter bar"
        ),
        (60, "  layer     42%  82.0 of 190.8 MiB  8.0 MiB/s  14 s left", "no bar"),
        (55, "  layer     42%  82.0 of 190.8 MiB  8.0 MiB/s", "no time left"),
        (40, "  layer     42%  82.0 of 190.8 MiB", "no rate"),
        (20, "  layer     42%", "the share"),
        (14, "42%", "the share alone"),
        (2, "", "no room"),
        (0, "", "one column"),
    ]

    @Test("as the width shrinks, the bar goes first, then the time left, then the rate", arguments: widths)
    func narrowing(columns: Int, line: String, why: String) {
        #expect(Self.reading.line(within: columns, .plain) == line, "\(why)")
    }

    @Test func `no line is wider than the terminal`() {
        let readings = [
            Self.reading, ProgressReading(label: "packing", done: 0, total: 0, rate: nil),
            ProgressReading(label: "verylonglabel", done: .max, total: .max, rate: .max),
        ]
        for reading in readings {
            for columns in 0...120 {
                let line = reading.line(within: columns, Self.ascii)
                #expect(line.displayWidth <= columns, "\(line)")
            }
        }
    }

    @Test func `without UTF-8 the bar is ASCII`() {
        #expect(
            Self.reading.line(within: 79, Self.ascii)
                == "  layer    ########------------   42%  82.0 of 190.8 MiB  8.0 MiB/s  14 s left"
        )
    }

    static let times: [(seconds: Int, text: String)] = [
        (0, "0 s"), (59, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (3600, "1 h 0 min"),
        (400_000, "days"),
    ]

    @Test("times are said as people say them", arguments: times)
    func formatted(seconds: Int, text: String) {
        #expect(ProgressReading.formatted(seconds: seconds) == text)
    }
}
