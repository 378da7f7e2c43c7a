import Diagnostics
import OCI
import Registry
import Synchronization

/// The steps of `doctor`: rows as they come, or a document at the end.
final class DoctorReport: Sendable {
    private struct State {
        var steps: [ProbeStep] = []
        /// What to do, as it was printed; later steps often need the same.
        var hints: Set<String> = []
        /// The first error of printing.
        var unwritten: Failure?
    }

    private let target: String
    private let context: CommandContext
    private let state = Mutex(State())

    init(_ target: String, _ context: CommandContext) {
        self.target = target
        self.context = context
    }

    private var steps: [ProbeStep] { state.withLock { $0.steps } }

    /// The failure of the first failed step.
    var firstFailure: Failure? { steps.lazy.compactMap(\.failure).first }

    /// Prints a step.
    func record(_ step: ProbeStep) {
        state.withLock { $0.steps.append(step) }
        guard !context.output.json, !context.output.quiet || step.failure != nil else { return }
        do throws(Failure) {
            try Screen.main.print(rows(of: step))
        } catch {
            state.withLock { $0.unwritten = $0.unwritten ?? error }
        }
    }

    private func rows(of step: ProbeStep) -> [Row] {
        [Row(step.kind.rawValue, WrappableText(step.mark, step.text))]
            + (step.failure?.why.map { [.more("  why: \($0)")] } ?? [])
            + newHints(of: step).map { .more("  try: \($0)") }
    }

    /// Returns the hints that no earlier step had.
    private func newHints(of step: ProbeStep) -> [String] {
        let hints = step.hints.map(context.hints.completed)
        return state.withLock { state in hints.filter { state.hints.insert($0).inserted } }
    }

    /// Prints the end of the report.
    func finish(_ registry: RegistryName, _ reference: Reference?) throws(Failure) {
        if let unwritten = state.withLock({ $0.unwritten }) { throw unwritten }
        let steps = steps
        try context.print(
            DoctorDocument(steps, target: target, registry, reference),
            orRows: [verdict(steps)]
        )
    }

    private func verdict(_ steps: [ProbeStep]) -> Row {
        if let failed = steps.first(where: { $0.failure != nil }) {
            return Row("FAIL", "\(target): \(failed.kind.rawValue)", tone: .bad)
        }
        let warnings = steps.count { if case .warning = $0.result { true } else { false } }
        let suffix = warnings == 0 ? "" : "  \(warnings) warning\(warnings == 1 ? "" : "s")"
        return Row("ok", target + suffix, tone: .good)
    }
}

extension ProbeStep {
    fileprivate var mark: Mark {
        switch result {
        case .passed: .accepted
        case .none: .neutral
        case .warning: .caution
        case .failed: .rejected
        }
    }

    fileprivate var word: String {
        switch result {
        case .passed: "ok"
        case .none: "none"
        case .warning: "warning"
        case .failed: "failed"
        }
    }
}

/// The document of `doctor --json`.
private struct DoctorDocument: Encodable {
    let schema = "wasmpack.doctor/v1"
    let ok: Bool
    let target: String
    let registry: String
    let repository: Nullable<String>
    let steps: [Step]

    struct Step: Encodable {
        let name: String
        let result: String
        let text: String
        let code: Nullable<String>
        let why: Nullable<String>
        let hints: [String]
    }

    init(_ steps: [ProbeStep], target: String, _ registry: RegistryName, _ reference: Reference?) {
        self.target = target
        self.registry = "\(registry)"
        repository = Nullable(reference.map { "\($0.repository)" })
        ok = steps.allSatisfy { $0.failure == nil }
        self.steps = steps.map { step in
            Step(
                name: step.kind.rawValue,
                result: step.word,
                text: step.text,
                code: Nullable(step.failure?.code.rawValue),
                why: Nullable(step.failure?.why),
                hints: step.hints
            )
        }
    }
}
