import Wasm

/// The steps in which Envoy loads a module, in order; Envoy stops at the first that fails.
///
/// Findings are sorted in this order, so that the first error is the one that Envoy prints.
enum LoadStep: Int, CaseIterable {
    /// Envoy parses the export section.
    case readExports
    /// Envoy searches for the ABI marker.
    case findMarker
    /// Envoy parses the custom sections.
    case parse
    /// The engine validates and compiles everything.
    case compile
    /// The engine describes all imports.
    case describeImports
    /// Envoy links each import.
    case link
    /// The engine creates memories and tables, fills them, and runs the start section.
    case instantiate
    /// The engine describes all exports.
    case describeExports
    /// Envoy searches for the functions that it will call.
    case lookUp
    /// Envoy runs `_initialize` or `_start`.
    case start
    /// The module is loaded.
    case run

    /// The step at which Envoy finds a problem of this kind.
    init(_ kind: ModuleProblem.Kind) {
        switch kind {
        case .invalid: self = .compile
        case .segmentOutOfBounds: self = .instantiate
        case .notJudged, .unreadableSection: self = .run
        }
    }
}
