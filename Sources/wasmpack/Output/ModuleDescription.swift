import OCI
import Packing
import ProxyWasm
import Wasm

/// A module in the JSON documents of `inspect`.
struct ModuleDescription: Encodable {
    let digest: String
    let size: Int
    /// `core`, `component` or `unreadable`.
    let kind: String
    let abi: Nullable<String>
    let type: Nullable<String>
    let sdk: Nullable<String>
    let name: Nullable<String>
    let producers: [Producer]
    let imports: [Import]
    let exports: [Export]
    let memories: [Memory]
    let customSections: [CustomSection]
    let strippableSize: Int
    let features: [Feature]
    let targetFeatures: [String]
    let buildID: Nullable<String>
    let sourceMappingURL: Nullable<String>
    let findings: [FindingDocument]

    struct Producer: Encodable {
        let field: String
        let name: String
        let version: String
    }

    struct Import: Encodable {
        let module: String
        let name: String
        let kind: String
        let type: String
    }

    struct Export: Encodable {
        let name: String
        let kind: String
        let type: String
    }

    struct Memory: Encodable {
        let minimum: UInt64
        let maximum: Nullable<UInt64>
    }

    /// A feature of WebAssembly, and its first use.
    struct Feature: Encodable {
        let name: String
        let offset: Int
        let function: Nullable<Int>
        let instruction: Nullable<String>
    }

    struct CustomSection: Encodable {
        let name: String
        let offset: Int
        let size: Int
    }

    /// The largest number of entries of one kind in a document; the text of `inspect` has the full counts.
    private static let limit = 10_000

    init(_ inspection: ModuleInspection) {
        let check = inspection.check
        let module = check?.module
        digest = inspection.identity.digest.description
        size = inspection.identity.size
        kind = check != nil ? "core" : inspection.isComponent ? "component" : "unreadable"
        abi = Nullable(check?.abi?.rawValue)
        type = Nullable(check?.pluginType?.rawValue)
        sdk = Nullable(check?.sdk?.rawValue)
        name = Nullable(module?.name)
        producers = (module?.producers ?? []).map {
            Producer(field: $0.field, name: $0.name, version: $0.version)
        }
        imports = (module?.imports ?? []).prefix(Self.limit).map {
            Import(module: $0.module, name: $0.name, kind: $0.type.kind, type: $0.type.text)
        }
        exports = (module?.exports ?? []).prefix(Self.limit).map {
            Export(name: $0.name, kind: $0.type.kind, type: $0.type.text)
        }
        memories = (module?.memories ?? []).prefix(Self.limit).map {
            Memory(minimum: $0.limits.minimum, maximum: Nullable($0.limits.maximum))
        }
        customSections = (module?.customSections ?? []).prefix(Self.limit).map {
            CustomSection(name: $0.name, offset: $0.offset, size: $0.size)
        }
        strippableSize = module?.strippableSize ?? 0
        features = (module?.features ?? []).map {
            Feature(
                name: $0.feature.id,
                offset: $0.offset,
                function: Nullable($0.function),
                instruction: Nullable($0.instruction)
            )
        }
        targetFeatures = Array((module?.targetFeatures ?? []).prefix(Self.limit))
        buildID = Nullable(module?.buildID)
        sourceMappingURL = Nullable(module?.sourceMappingURL)
        findings = inspection.findings.map(FindingDocument.init)
    }
}
