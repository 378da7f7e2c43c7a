import Diagnostics

/// Progress of transfers: an updated line on a terminal; otherwise a line at the start and end of each blob, and one
/// every ten seconds.
struct TransferProgress {
    private static let linePeriod = Duration.seconds(10)
    private static let updatePeriod = Duration.milliseconds(100)

    private let updatesLine: Bool
    private var transferred: [String: (bytes: Int, size: Int)] = [:]
    private var lastShown: ContinuousClock.Instant = .now
    private var hasLine = false

    init(updatesLine: Bool) { self.updatesLine = updatesLine }

    /// Returns the text for one event; empty if there is nothing to report.
    mutating func text(for transfer: Transfer) -> String {
        let name = "\(Self.short(transfer.digest))  \(ByteCount(transfer.size))"
        switch transfer.stage {
        case .started:
            transferred[transfer.digest] = (0, transfer.size)
            return updatesLine ? "" : Reporter.line(transfer.role, "\(name) …")
        case .moved(let bytes):
            transferred[transfer.digest] = (bytes, transfer.size)
            return progressText()
        case .finished:
            transferred[transfer.digest] = nil
            return erasing() + Reporter.line(transfer.role, "\(name)  done")
        case .exists:
            return erasing() + Reporter.line(transfer.role, "\(name)  already exists")
        case .mounted:
            return erasing() + Reporter.line(transfer.role, "\(name)  mounted")
        }
    }

    /// Returns the sequence that erases the updated line, if there is one.
    mutating func erasing() -> String {
        defer { hasLine = false }
        return hasLine ? "\r\u{1B}[K" : ""
    }

    private mutating func progressText() -> String {
        let now = ContinuousClock.now
        guard now - lastShown >= (updatesLine ? Self.updatePeriod : Self.linePeriod) else { return "" }
        lastShown = now
        let bytes = transferred.values.reduce(0) { $0 &+ $1.bytes }
        let size = transferred.values.reduce(0) { $0 &+ $1.size }
        let text = "\(ByteCount(bytes)) of \(ByteCount(size))"
        guard updatesLine else { return Reporter.line("moved", text) }
        hasLine = true
        return "\r\u{1B}[K  \("moved".padded(to: 8)) \(text)"
    }

    private static func short(_ digest: String) -> String { String(digest.prefix(19)) + "…" }
}
