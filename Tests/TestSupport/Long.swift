import Foundation
package import Testing

extension Trait where Self == ConditionTrait {
    /// Marks what takes long for what it tells: `make test` leaves it out and counts it, `make test-all` runs it too.
    ///
    /// Only for suites whose name ends with `LongTests`, by which `make test-long` finds them.
    package static var long: Self {
        .enabled(if: ProcessInfo.processInfo.environment["WASMPACK_TESTS"] == "all", "long: make test-all")
    }
}
