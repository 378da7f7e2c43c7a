import Diagnostics
import EnvoyRunner

extension EnvoyVerdict {
    /// The verdict as a finding; `nil` if Envoy loaded the module.
    var finding: Finding? {
        let name = "Envoy \(version)"
        switch outcome {
        case .loaded: return nil
        // The module was loaded, compiled and started, and then rejected its empty configuration.
        case .rejected(let consumerMessage?) where consumerMessage == "Failed to configure base Wasm plugin":
            return Finding(
                "envoy-configuration",
                .warning,
                "\(name) loads the module, which then rejects an empty configuration",
                consumerMessage: consumerMessage
            )
        case .rejected(let consumerMessage):
            return Finding(
                "envoy-rejected",
                .error,
                "\(name) does not load the module",
                consumerMessage: consumerMessage?.truncated(to: 1000)
            )
        case .killed(let signal):
            return Finding(
                "crashes-envoy",
                .error,
                "\(name) crashes when it loads the module (signal \(signal)), which interrupts all of its traffic"
            )
        case .endless(let seconds):
            return Finding(
                "envoy-endless",
                .error,
                "\(name) had not finished loading the module after \(seconds) s"
            )
        case .flooding(let size):
            return Finding(
                "envoy-endless",
                .error,
                "\(name) had written \(size) bytes and had not finished loading the module"
            )
        }
    }

    /// Whether Envoy has compiled every function, which it does before it starts the module.
    var hasValidatedBodies: Bool {
        switch outcome {
        case .loaded, .rejected("Failed to configure base Wasm plugin"?): true
        default: false
        }
    }
}
