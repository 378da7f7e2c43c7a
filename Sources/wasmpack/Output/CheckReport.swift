import Diagnostics
import EnvoyRunner
import OCI
import Packing
import ProxyWasm
import Wasm

/// The result of `check`, as text and as a JSON document.
struct CheckReport {
    private let check: PluginCheck
    private let envoy: EnvoyVerdict?
    private let target: String
    private let isStrict: Bool

    init(_ check: PluginCheck, envoy: EnvoyVerdict?, target: String, isStrict: Bool) {
        self.check = check
        self.envoy = envoy
        self.target = target
        self.isStrict = isStrict
    }

    /// Whether a selected consumer or the real Envoy rejects it.
    var isRejected: Bool {
        let worst = max(check.worst ?? .note, envoy?.finding?.severity ?? .note)
        return worst == .error || isStrict && worst == .warning
    }

    private var isValidated: Bool { envoy?.hasValidatedBodies ?? false }

    /// Whether the finding only says that function bodies were not validated, and a real Envoy has decided that.
    private func isAnswered(_ finding: Finding) -> Bool {
        envoy != nil && finding.id == "function-bodies-not-validated"
    }

    private func verdict(of answer: PluginCheck.Answer) -> Finding.Severity? {
        guard answer.consumer.host != nil else { return answer.worst }
        return [answer.worst, envoy?.finding?.severity].compactMap(\.self).max()
    }

    /// The report as a table: the image and its module, the findings, the verdict.
    var text: String {
        var rows: [(String, String)] = []
        if let image = check.image {
            rows.append(("image", "\(target)  \(image.shape)"))
            rows.append(("digest", "\(image.image.digest)   (the manifest: what a WasmPlugin pins)"))
        }
        if let module = check.module {
            rows.append(("module", (check.image == nil ? "\(target)  " : "") + module.summary))
        }
        for row in FindingList(check).rows where !isAnswered(row.finding) {
            rows += Self.rows(for: row.finding, row.line, row.subjects)
        }
        if let envoy { rows += self.rows(for: envoy) }
        rows.append(("verdict", verdicts))
        return InspectionReport.table(rows)
    }

    private static func rows(for finding: Finding, _ line: String, _ names: [String] = []) -> [(
        String, String
    )] {
        let label = finding.severity == .error ? "FAIL" : finding.severity.rawValue
        return [(label, line)] + lines(names).map { ("", $0) }
            + (finding.consumerMessage.map { [("", "the proxy reports: \"\($0)\"")] } ?? [])
            + finding.hints.map { ("", "try: \($0)") }
    }

    /// Joins names into lines of at most 100 characters.
    private static func lines(_ names: [String]) -> [String] {
        var lines: [String] = []
        for name in names {
            if let last = lines.last, last.count + name.count < 98 {
                lines[lines.count - 1] = "\(last), \(name)"
            } else {
                lines.append(name)
            }
        }
        return lines
    }

    private func rows(for envoy: EnvoyVerdict) -> [(String, String)] {
        guard let finding = envoy.finding else {
            return [("envoy", "\(envoy.version) loads the module")]
        }
        return Self.rows(for: finding, finding.message)
    }

    /// The consumers by verdict, and whether function bodies were validated.
    private var verdicts: String {
        let labels = [
            "ok": "ok", "warning": isStrict ? "rejected because of warnings (--strict)" : "ok with warnings",
            "error": "rejected",
        ]
        let parts = ["ok", "warning", "error"].compactMap { verdict -> String? in
            let names = check.answers.filter { self.verdict(of: $0).verdict == verdict }.map(\.consumer.name)
            return names.isEmpty ? nil : "\(labels[verdict] ?? verdict): \(names.joined(separator: ", "))"
        }
        let isUnvalidated = envoy == nil && check.module?.check != nil
        return parts.joined(separator: "; ")
            + (isUnvalidated ? "   (function bodies were not validated; --envoy runs a real Envoy)" : "")
    }

    struct Document: Encodable {
        let schema = "wasmpack.check/v1"
        let ok: Bool
        let target: String
        let image: Nullable<Image>
        let module: Nullable<CheckedModuleDocument>
        let consumers: [Consumer]
        let envoy: Nullable<Envoy>

        struct Image: Encodable {
            let digest: String
            let mediaType: String
            let size: Int
            let index: Nullable<String>
            let variant: String
        }

        struct Consumer: Encodable {
            let name: String
            let verdict: String
            /// Findings about the image.
            let findings: [FindingDocument]
            /// Findings about the module; empty for a consumer that does not run modules.
            let moduleFindings: [FindingDocument]
        }

        struct Envoy: Encodable {
            let version: String
            let verdict: String
            let finding: Nullable<FindingDocument>
        }
    }

    var document: Document {
        Document(
            ok: !isRejected,
            target: target,
            image: Nullable(
                check.image.map { image in
                    Document.Image(
                        digest: image.image.digest.description,
                        mediaType: image.image.mediaType.description,
                        size: image.image.size,
                        index: Nullable(image.choice.index?.description),
                        variant: image.variant.rawValue
                    )
                }
            ),
            module: Nullable(
                check.module.map { module in
                    CheckedModuleDocument(
                        module,
                        check.moduleFindings.filter { !isAnswered($0) },
                        envoy: envoy?.finding,
                        bodiesValidated: isValidated
                    )
                }
            ),
            consumers: check.answers.map { answer in
                Document.Consumer(
                    name: answer.consumer.name,
                    verdict: verdict(of: answer).verdict,
                    findings: answer.imageFindings.map(FindingDocument.init),
                    moduleFindings: answer.moduleFindings.filter { !isAnswered($0) }.map(FindingDocument.init)
                )
            },
            envoy: Nullable(
                envoy.map { envoy in
                    Document.Envoy(
                        version: envoy.version,
                        verdict: (envoy.finding?.severity).verdict,
                        finding: Nullable(envoy.finding.map(FindingDocument.init))
                    )
                }
            )
        )
    }
}

/// A module in the JSON document of `check`.
struct CheckedModuleDocument: Encodable {
    let digest: String
    let size: Int
    let verdict: String
    let bodiesValidated: Bool
    let abi: Nullable<String>
    let sdk: Nullable<String>
    let type: Nullable<String>
    let findings: [FindingDocument]

    init(_ module: ModuleInspection, _ findings: [Finding], envoy: Finding?, bodiesValidated: Bool) {
        let check = module.check
        digest = module.identity.digest.description
        size = module.identity.size
        verdict = (findings + [envoy].compactMap(\.self)).map(\.severity).max().verdict
        self.bodiesValidated = bodiesValidated
        abi = Nullable(check?.abi?.rawValue)
        sdk = Nullable(check?.sdk?.rawValue)
        type = Nullable(check?.pluginType?.rawValue)
        self.findings = findings.map(FindingDocument.init)
    }
}

extension ImageInspection {
    /// The number of layers, and the media type of the last one.
    var shape: String {
        let count = manifest.layers.count
        let type = manifest.layers.last.map { ", \($0.mediaType)" } ?? ""
        return "\(count) layer\(count == 1 ? "" : "s")\(type)"
    }
}

extension ModuleInspection {
    /// A summary in one line: size, interface, language, number of imports and exports.
    var summary: String {
        let size = ByteCount(identity.size).description
        guard let check else { return "\(size)  \(isComponent ? "component" : "not a readable module")" }
        let counts = [(check.module.imports.count, "import"), (check.module.exports.count, "export")].map {
            "\($0) \($1)\($0 == 1 ? "" : "s")"
        }
        let parts = [
            size, "core module", check.abi.map { "proxy-wasm \($0.rawValue)" } ?? "no proxy-wasm marker",
            check.sdk?.rawValue, check.pluginType.map { $0.rawValue.uppercased() },
        ]
        return (parts.compactMap(\.self) + counts).joined(separator: "  ")
    }
}
