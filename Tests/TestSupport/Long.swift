import Foundation
package import Testing

extension Trait where Self == ConditionTrait {
    /// Marks slow tests: `make test` skips and counts them, `make test-all` runs them.
    ///
    /// They also run with `WASMPACK_RECORD=1`, because some of them record golden files. Only for suites whose names end with `LongTests`, which `make test-long` runs.
    package static var long: Self {
        let variables = ProcessInfo.processInfo.environment
        return .enabled(
            if: variables["WASMPACK_TESTS"] == "all" || variables["WASMPACK_RECORD"] == "1",
            "long: make test-all"
        )
    }
}
