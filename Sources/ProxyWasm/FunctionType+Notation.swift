import Wasm

/// How this target writes types down, and how Envoy does.
extension FunctionType {
    /// Reads a type as the tables of this target have it: `i`, `I`, `f` and `F` are i32, i64, f32 and f64, one letter
    /// for each value; `-` is nothing at all.
    init?(_ parameters: some StringProtocol, _ results: some StringProtocol) {
        guard let parameters = Self.values(parameters), let results = Self.values(results) else { return nil }
        self.init(parameters, results)
    }

    private static func values(_ letters: some StringProtocol) -> [ValueType]? {
        if letters == "-" { return [] }
        var values: [ValueType] = []
        for letter in letters {
            switch letter {
            case "i": values.append(.i32)
            case "I": values.append(.i64)
            case "f": values.append(.f32)
            case "F": values.append(.f64)
            default: return nil
            }
        }
        return values
    }

    /// In Envoy's words, for example `i32 i64 -> void`.
    var envoyNotation: String {
        "\(Self.envoyNotation(parameters)) -> \(Self.envoyNotation(results))"
    }

    private static func envoyNotation(_ values: [ValueType]) -> String {
        values.isEmpty ? "void" : values.map(\.envoyNotation).joined(separator: " ")
    }

    /// The first of its values that Envoy does not survive to look at.
    var crashingType: ValueType? { parameters.first(where: \.isDeadly) ?? results.first(where: \.isDeadly) }
}

extension ValueType {
    /// In Envoy's words, which know no difference between a reference that may be null and one that may not.
    var envoyNotation: String {
        switch self {
        case .i32: "i32"
        case .i64: "i64"
        case .f32: "f32"
        case .f64: "f64"
        case .v128: "v128"
        case .reference(let name) where Self.functionReferences.contains(name): "funcref"
        case .reference(let name) where Self.externalReferences.contains(name): "externref"
        case .reference(let name): name
        }
    }

    /// Whether Envoy's process ends when it describes an import or export that mentions this type.
    ///
    /// V8's C API, which Envoy asks for the types, knows these six and no others: it stops the process on the rest.
    var isDeadly: Bool {
        switch self {
        case .i32, .i64, .f32, .f64: false
        case .v128: true
        case .reference(let name):
            !Self.functionReferences.contains(name) && !Self.externalReferences.contains(name)
        }
    }

    private static let functionReferences = ["funcref", "(ref func)"]
    private static let externalReferences = ["externref", "(ref extern)"]
}
