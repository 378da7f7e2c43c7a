import Diagnostics

/// What is said about transfers: a moving line on a terminal, else a line at the start and the end of each blob and one
/// every ten seconds on slow ones.
struct TransferProgress {
    private static let linePeriod = Duration.seconds(10)
    private static let movePeriod = Duration.milliseconds(100)

    private let isMoving: Bool
    private var moved: [String: (bytes: Int, size: Int)] = [:]
    private var lastShown: ContinuousClock.Instant = .now
    private var hasLine = false

    init(isMoving: Bool) { self.isMoving = isMoving }

    /// What to write for one event; empty when nothing is to be said.
    mutating func text(for transfer: Transfer) -> String {
        let name = "\(Self.short(transfer.digest))  \(ByteCount(transfer.size))"
        switch transfer.stage {
        case .started:
            moved[transfer.digest] = (0, transfer.size)
            return isMoving ? "" : Reporter.line(transfer.role, "\(name) …")
        case .moved(let bytes):
            moved[transfer.digest] = (bytes, transfer.size)
            return showMoved()
        case .finished:
            moved[transfer.digest] = nil
            return erasing() + Reporter.line(transfer.role, "\(name)  done")
        case .exists:
            return erasing() + Reporter.line(transfer.role, "\(name)  already there")
        case .mounted:
            return erasing() + Reporter.line(transfer.role, "\(name)  mounted")
        }
    }

    /// What removes the moving line, if there is one.
    mutating func erasing() -> String {
        defer { hasLine = false }
        return hasLine ? "\r\u{1B}[K" : ""
    }

    private mutating func showMoved() -> String {
        let now = ContinuousClock.now
        guard now - lastShown >= (isMoving ? Self.movePeriod : Self.linePeriod) else { return "" }
        lastShown = now
        let bytes = moved.values.reduce(0) { $0 &+ $1.bytes }
        let size = moved.values.reduce(0) { $0 &+ $1.size }
        let text = "\(ByteCount(bytes)) of \(ByteCount(size))"
        guard isMoving else { return Reporter.line("moved", text) }
        hasLine = true
        return "\r\u{1B}[K  \("moved".padded(to: 8)) \(text)"
    }

    private static func short(_ digest: String) -> String { String(digest.prefix(19)) + "…" }
}
