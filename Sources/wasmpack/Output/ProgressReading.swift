import Diagnostics

/// Progress at one moment.
struct ProgressReading: Equatable {
    /// The kind of the work: `layer`, `packing`.
    let label: String
    /// Bytes.
    let done: Int
    /// Bytes.
    let total: Int
    /// Bytes per second; `nil` until it can be told.
    let rate: Int?

    private static let barWidth = 20
    private static let leastBarWidth = 5

    private var percent: Int { total > 0 ? Int(Double(done) / Double(total) * 100) : 0 }

    private var bytes: String {
        let total = ByteCount(total).description
        var done = ByteCount(done).description
        // The same unit is said once.
        if let unit = total.split(separator: " ").last, done.hasSuffix(" \(unit)") {
            done.removeLast(unit.count + 1)
        }
        return "\(done) of \(total)"
    }

    private var speed: String? { rate.map { "\(ByteCount($0))/s" } }

    /// The time left; `nil` if nothing moves, or nothing is left.
    private var timeLeft: String? {
        guard let rate, rate > 0, done < total else { return nil }
        return "\(Self.formatted(seconds: (total - done) / rate + 1)) left"
    }

    /// Returns a number of seconds as people say it: `14 s`, `3 min 20 s`, `2 h 5 min`.
    static func formatted(seconds: Int) -> String {
        switch seconds {
        case ..<60: "\(seconds) s"
        case ..<3600: "\(seconds / 60) min \(seconds % 60) s"
        case ..<360_000: "\(seconds / 3600) h \(seconds % 3600 / 60) min"
        default: "days"
        }
    }

    /// Returns a line of at most `columns` columns, without a line end.
    ///
    /// In a narrow terminal the bar is omitted first, then the time left, then the rate.
    func line(within columns: Int, _ style: Style) -> String {
        let label = "  " + label.padded(to: 8) + " "
        let share = "\(percent)%"
        let parts: [[String?]] = [
            [bytes, speed, timeLeft], [bytes, speed], [bytes], [],
        ]
        for (position, optional) in parts.enumerated() {
            let text = ([Self.aligned(share)] + optional.compactMap(\.self)).joined(separator: "  ")
            let room = columns - label.count - text.count
            guard room >= 0 else { continue }
            let bar = position == 0 ? bar(within: room - 2, style) : nil
            return style.painted(label, .label) + (bar.map { $0 + "  " } ?? "") + text
        }
        return (share.count <= columns ? share : "").fitting(columns)
    }

    /// Returns a line for output that is not a terminal.
    var plainLine: String {
        [Self.aligned("\(percent)%"), bytes, speed, timeLeft].compactMap(\.self).joined(separator: "  ")
    }

    private static func aligned(_ share: String) -> String {
        String(repeating: " ", count: max(0, 4 - share.count)) + share
    }

    private func bar(within columns: Int, _ style: Style) -> String? {
        guard columns >= Self.leastBarWidth else { return nil }
        let width = min(columns, Self.barWidth)
        let filled = total > 0 ? Int(Double(done) / Double(total) * Double(width)) : 0
        let (full, empty) = style.hasUnicode ? ("━", style.hasColor ? "━" : "─") : ("#", "-")
        return style.painted(String(repeating: full, count: filled), .good)
            + style.painted(String(repeating: empty, count: width - filled), .label)
    }
}
