import Wasm

/// The notations of types: in the tables of this target, and in Envoy.
extension FunctionType {
    /// Parses a type in the notation of the tables: `i`, `I`, `f` and `F` are i32, i64, f32 and f64, one letter
    /// for each value; `-` means no values.
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

    /// The type in Envoy's notation, for example `i32 i64 -> void`.
    var envoyNotation: String {
        "\(Self.envoyNotation(parameters)) -> \(Self.envoyNotation(results))"
    }

    private static func envoyNotation(_ values: [ValueType]) -> String {
        values.isEmpty ? "void" : values.map(\.envoyNotation).joined(separator: " ")
    }

    /// The first of its value types that crashes Envoy.
    var crashingType: ValueType? {
        parameters.first(where: \.crashesEnvoy) ?? results.first(where: \.crashesEnvoy)
    }
}

extension ValueType {
    /// The type in Envoy's notation, which does not show whether a reference may be null.
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

    /// Whether an import or export of this type crashes Envoy.
    ///
    /// Envoy gets the types from V8's C API, which supports only these six and aborts the process for all others.
    var crashesEnvoy: Bool {
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
