import Diagnostics
import Wasm

/// What is found while a module is read. Each sentence is Envoy's own, as a real one prints it.
extension Finding {
    /// Envoy's own look at the file, before any engine sees it, refuses the module.
    static func corrupted(_ corruption: Corruption) -> Finding {
        Finding(
            "corrupted-module",
            .error,
            "\(corruption.message) (at byte \(corruption.offset))",
            consumerMessage: "Failed to parse corrupted Wasm module",
            try: ["build or download it again"],
            offset: corruption.offset
        )
    }

    /// What the reader of the sections has found.
    static func problem(_ problem: ModuleProblem) -> Finding {
        switch problem.kind {
        case .invalid:
            Finding(
                "invalid-module",
                .error,
                "\(problem)",
                consumerMessage: "Failed to load Wasm bytecode",
                try: ["build or download it again"],
                offset: problem.offset
            )
        case .segmentOutOfBounds:
            Finding(
                "segment-out-of-bounds",
                .error,
                "\(problem)",
                consumerMessage: "Failed to create new Wasm instance",
                try: ["build it again; a tool that changed the module may have broken it"],
                offset: problem.offset
            )
        case .notJudged:
            Finding(
                "not-validated",
                .note,
                "\(problem); whether a proxy takes that is not known",
                try: ["wasmpack check --envoy asks a real Envoy"],
                offset: problem.offset
            )
        case .unreadableSection:
            Finding(
                "custom-section-unreadable",
                .note,
                problem.message,
                offset: problem.offset
            )
        }
    }
}
