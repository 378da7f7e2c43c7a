import Diagnostics
import Wasm

/// The findings from reading a module. Each `consumerMessage` is what a real Envoy prints.
extension Finding {
    /// Returns the finding for an error of Envoy's own parser.
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

    /// Returns the finding for a problem in the sections.
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
                try: ["build it again; a tool may have damaged it after the build"],
                offset: problem.offset
            )
        case .notJudged:
            Finding(
                "not-validated",
                .note,
                "\(problem); wasmpack cannot tell whether a proxy accepts it",
                try: ["use --envoy to load the plugin in a real Envoy"],
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
