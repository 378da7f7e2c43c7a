package import Diagnostics
package import YAML

/// A kind of object that `lint` knows.
package enum ManifestKind: String, Sendable, CaseIterable {
    case wasmPlugin
    case trafficExtension
    case envoyExtensionPolicy
    case higressWasmPlugin
    case secret
    case configMap

    /// The name of the kind in documents.
    package var name: String {
        switch self {
        case .wasmPlugin, .higressWasmPlugin: "WasmPlugin"
        case .trafficExtension: "TrafficExtension"
        case .envoyExtensionPolicy: "EnvoyExtensionPolicy"
        case .secret: "Secret"
        case .configMap: "ConfigMap"
        }
    }

    /// The API of the kind.
    package var apiVersion: String {
        switch self {
        case .wasmPlugin, .trafficExtension: "extensions.istio.io/v1alpha1"
        case .envoyExtensionPolicy: "gateway.envoyproxy.io/v1alpha1"
        case .higressWasmPlugin: "extensions.higress.io/v1alpha1"
        case .secret, .configMap: "v1"
        }
    }

    /// The consumer that reads it, as in `check --for`; `nil` for a Secret or ConfigMap.
    package var consumer: String? {
        switch self {
        case .wasmPlugin, .trafficExtension: "istio"
        case .envoyExtensionPolicy: "envoy-gateway"
        case .higressWasmPlugin: "higress"
        case .secret, .configMap: nil
        }
    }

    /// Finds the kind of an object; the API decides between two kinds with one name.
    init?(named name: String, in apiVersion: String) {
        let kinds = Self.allCases.filter { $0.name == name }
        let exact = kinds.first { $0.apiVersion == apiVersion }
        let group = kinds.first { $0.apiVersion.prefix { $0 != "/" } == apiVersion.prefix { $0 != "/" } }
        guard let kind = exact ?? group ?? kinds.first(where: { $0.consumer != nil }) else { return nil }
        self = kind
    }
}

/// An object of a manifest.
package struct ManifestObject: Sendable {
    package let kind: ManifestKind
    package let file: String
    package let node: Node

    /// The name; empty if it is missing.
    package var name: String { node["metadata"]?["name"]?.string ?? "" }
    /// The namespace; `nil` for that of kubectl's context.
    package var namespace: String? { node["metadata"]?["namespace"]?.string }
    /// The object in messages: `WasmPlugin istio-system/auth`.
    package var description: String {
        "\(kind.name) " + (namespace.map { "\($0.truncated(to: 63))/" } ?? "") + name.truncated(to: 80)
    }
    var spec: Node? { node["spec"] }
}

/// A file with manifests, as it was read.
package struct ManifestFile: Sendable {
    /// The most objects that are read from one file's lists.
    private static let depthLimit = 4
    /// The words without which a file has no object that `lint` knows.
    private static let words = [
        "WasmPlugin", "TrafficExtension", "EnvoyExtensionPolicy", "dockerconfigjson", "dockercfg",
        "ReferenceGrant", "extensions.istio.io", "extensions.higress.io",
    ]

    /// The file as the user named it, or `-`.
    package let name: String
    package let bytes: [UInt8]
    /// The objects of known kinds.
    package private(set) var objects: [ManifestObject] = []
    /// Objects of the kind `ReferenceGrant`.
    private(set) var grants: [Node] = []
    /// Why it was not read.
    package private(set) var finding: LintFinding?
    /// Objects whose kind is missing, or misspelled.
    private(set) var unknownKinds: [LintFinding] = []

    /// Reads a file; a finding tells why it cannot be read.
    package init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
        if bytes.starts(with: [0x00, 0x61, 0x73, 0x6D]) {
            var collector = LintCollector(name)
            collector.add(
                .yamlSyntax,
                at: Node.Place(line: 1, column: 1),
                "it is a Wasm module, not a manifest",
                try: ["wasmpack check \(collector.pathArgument)"]
            )
            finding = collector.findings.first
            return
        }
        do throws(YAMLError) {
            for document in try YAMLReader.documents(in: bytes) { add(document, depth: 0) }
        } catch {
            finding = Self.finding(error, in: name)
        }
    }

    /// Creates a file that cannot be read.
    package init(_ name: String, unreadable failure: Failure) {
        self.name = name
        bytes = []
        var collector = LintCollector(name)
        collector.add(
            .fileUnreadable,
            at: Node.Place(line: 1, column: 1),
            failure.message,
            try: failure.hints
        )
        finding = collector.findings.first
    }

    /// Whether a file can have an object that `lint` knows; other files of a directory are not read.
    package static func isRelevant(_ bytes: [UInt8]) -> Bool {
        // The words cannot be found in UTF-16, which is an error anyway.
        bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF])
            || bytes.withUnsafeBufferPointer { text in
                words.contains { word in contains(Array(word.utf8), in: text) }
            }
    }

    /// Whether a file may have a Secret or a CA certificate, which another file may name.
    static func mayBeNamed(_ bytes: [UInt8]) -> Bool {
        bytes.withUnsafeBufferPointer { text in
            ["Secret", "ca.crt"].contains { word in contains(Array(word.utf8), in: text) }
        }
    }

    private static func contains(_ word: [UInt8], in text: UnsafeBufferPointer<UInt8>) -> Bool {
        guard let first = word.first, text.count >= word.count else { return false }
        for start in 0...(text.count - word.count) where text[start] == first {
            var length = 1
            while length < word.count, text[start + length] == word[length] { length += 1 }
            if length == word.count { return true }
        }
        return false
    }

    private mutating func add(_ node: Node, depth: Int) {
        guard depth < Self.depthLimit else { return }
        guard let kind = node["kind"]?.string else { return noteUnknownKind(of: node) }
        if kind.hasSuffix("List"), let items = node["items"]?.elements {
            for item in items { add(item, depth: depth + 1) }
        } else if kind == "ReferenceGrant" {
            grants.append(node)
        } else if let kind = ManifestKind(named: kind, in: node["apiVersion"]?.string ?? "") {
            objects.append(ManifestObject(kind: kind, file: name, node: node))
        } else {
            noteUnknownKind(of: node)
        }
    }

    /// Adds a finding about an object of an API with plugins, if its kind is missing or close to one of them.
    private mutating func noteUnknownKind(of node: Node) {
        guard let group = node["apiVersion"]?.string?.prefix(while: { $0 != "/" }) else { return }
        let names = ManifestKind.allCases.filter {
            $0.consumer != nil && $0.apiVersion.hasPrefix("\(group)/")
        }
        .map(\.name)
        guard let usual = names.first else { return }
        let kind = node["kind"]?.string
        // The group may have other kinds, too.
        let meant =
            kind.map { kind in
                kind.lowercased().nearest(of: names.map { $0.lowercased() }, within: 2)
                    .flatMap { near in names.first { $0.lowercased() == near } }
            } ?? usual
        guard let meant else { return }
        var collector = LintCollector(name)
        collector.add(
            .apiVersion,
            at: (node["kind"] ?? node).place,
            kind.map { "\($0.truncated(to: 60)) is not a kind of \(group)" } ?? "the object has no kind",
            try: ["write kind: \(meant)"]
        )
        unknownKinds += collector.findings
    }

    private static func finding(_ error: YAMLError, in name: String) -> LintFinding? {
        var collector = LintCollector(name)
        let (rule, hints): (LintRule, [String]) =
            switch error.kind {
            case .syntax: (.yamlSyntax, [])
            case .encoding:
                (
                    .yamlSyntax,
                    error.message.contains("UTF-16") ? ["iconv -f UTF-16 -t UTF-8 FILE > NEW"] : []
                )
            case .template: (.helmTemplate, ["helm template CHART | wasmpack lint -"])
            case .anchor, .tag, .mergeKey, .complexKey:
                (.yamlUnsupported, ["write the value itself; kubectl would accept it"])
            case .duplicateKey: (.duplicateKey, ["remove one of them"])
            case .limit: (.yamlLimit, ["split the file"])
            }
        // Without a quotation, because the file may have a Secret. The name of a field is not one.
        let isField =
            error.key?.utf8.allSatisfy { byte in
                byte.isDigit || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
                    || "._/-".utf8.contains(byte)
            } ?? false
        let message = isField ? error.message : error.withoutQuotation
        collector.add(rule, at: error.place, message, try: hints)
        return collector.findings.first
    }
}
