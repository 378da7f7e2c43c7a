import Wasm

/// The steps in which Envoy loads a module, in their order; it stops at the first that fails.
///
/// A module's findings stand in this order, so that the first error is the one that Envoy prints.
enum LoadStep: Int, CaseIterable {
    /// Envoy walks to the export section and through it.
    case readExports
    /// It looks for the marker of the ABI.
    case findMarker
    /// It walks through the custom sections.
    case parse
    /// The engine validates and compiles everything.
    case compile
    /// The engine describes all imports.
    case describeImports
    /// Envoy gives each import what it asks for.
    case link
    /// The engine makes memories and tables, fills them, and runs the start section.
    case instantiate
    /// The engine describes all exports.
    case describeExports
    /// Envoy looks for the functions that it will call.
    case lookUp
    /// Envoy runs `_initialize` or `_start`.
    case start
    /// The module works.
    case run

    /// The step at which a proxy trips over a problem of this kind, which it may not.
    init(_ kind: ModuleProblem.Kind) {
        switch kind {
        case .invalid: self = .compile
        case .segmentOutOfBounds: self = .instantiate
        case .notJudged, .unreadableSection: self = .run
        }
    }
}
