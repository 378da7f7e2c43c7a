import Foundation
package import Testing

extension Trait where Self == ConditionTrait {
    /// Marks slow tests: `make test` skips and counts them, `make test-all` runs them.
    ///
    /// Only for suites whose names end with `LongTests`, which `make test-long` runs.
    package static var long: Self {
        .enabled(if: ProcessInfo.processInfo.environment["WASMPACK_TESTS"] == "all", "long: make test-all")
    }
}
