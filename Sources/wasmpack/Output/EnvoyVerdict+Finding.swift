import Diagnostics
import EnvoyRunner

extension EnvoyVerdict {
    /// The finding that it is; `nil` when Envoy loaded the module.
    var finding: Finding? {
        let name = "Envoy \(version)"
        switch outcome {
        case .loaded: return nil
        // The module was loaded, compiled and started; it wants a configuration, which it was not given.
        case .refused(let consumerMessage?) where consumerMessage == "Failed to configure base Wasm plugin":
            return Finding(
                "envoy-configuration",
                .warning,
                "\(name) loads the module, which then refuses an empty configuration",
                consumerMessage: consumerMessage
            )
        case .refused(let consumerMessage):
            return Finding(
                "envoy-refused",
                .error,
                "\(name) does not load the module",
                consumerMessage: consumerMessage?.truncated(to: 1000)
            )
        case .killed(let signal):
            return Finding(
                "crashes-envoy",
                .error,
                "\(name) dies of the module (signal \(signal)), and takes all of its traffic with it"
            )
        case .endless(let seconds):
            return Finding(
                "envoy-endless",
                .error,
                "\(name) was not done with loading the module after \(seconds) s"
            )
        case .flooding(let size):
            return Finding(
                "envoy-endless",
                .error,
                "\(name) had written \(size) bytes, and was not done with loading the module"
            )
        }
    }

    /// Whether it has compiled every function: it does so before it starts anything.
    var hasValidatedBodies: Bool {
        switch outcome {
        case .loaded, .refused("Failed to configure base Wasm plugin"?): true
        default: false
        }
    }
}
