import Diagnostics
import EnvoyRunner
import OCI
import Packing
import ProxyWasm
import Wasm

/// The result of `check`, as text and as a JSON document.
struct CheckReport {
    private let check: PluginCheck
    private let envoys: [EnvoyVerdict]
    private let target: String
    private let isStrict: Bool
    /// What the selection of consumers left unknown.
    private let warnings: [String]

    private let reference: Reference?
    private let hints: HintCompletion

    init(
        _ check: PluginCheck,
        envoys: [EnvoyVerdict],
        target: String,
        named reference: Reference?,
        isStrict: Bool,
        warnings: [String],
        completing hints: HintCompletion
    ) {
        self.warnings = warnings
        self.hints = hints
        self.reference = reference
        self.check = check
        self.envoys = envoys
        self.target = target
        self.isStrict = isStrict
    }

    /// Whether a selected consumer or the real Envoy rejects it.
    var isRejected: Bool {
        let worst = max(check.worst ?? .note, envoyFinding?.severity ?? .note)
        return worst == .error || isStrict && worst == .warning
    }

    /// The worst finding of the real Envoys.
    private var envoyFinding: Finding? { envoys.compactMap(\.finding).max { $0.severity < $1.severity } }

    /// What only running a module shows, for `--verbose`.
    static let limits =
        "whether the module traps, loops forever or rejects its configuration shows only when it runs: --envoy"

    private func verdict(of result: PluginCheck.ConsumerResult) -> Finding.Severity? {
        guard result.consumer.host != nil else { return result.worst }
        return [result.worst, envoyFinding?.severity].compactMap(\.self).max()
    }

    /// The report: the image and its module, the findings, the verdict.
    var rows: [Row] {
        var rows: [Row] = []
        if let image = check.image {
            rows.append(Row("image", target))
            rows.append(Row("digest", image.image.digest.description))
        }
        if let module = check.module {
            rows.append(Row("module", (check.image == nil ? "\(target)  " : "") + module.summary))
        }
        if let releases { rows.append(Row("loads in", "Envoy \(releases)")) }
        for row in FindingList(check).rows {
            rows += self.rows(for: row.finding, row.line, row.subjects)
        }
        for envoy in envoys { rows += self.rows(for: envoy) }
        return rows + [verdict]
    }

    private func rows(for finding: Finding, _ line: String, _ names: [String] = []) -> [Row] {
        // A note says how to avoid the message, an error leads to it.
        let lead = finding.severity == .note ? "without it" : "the proxy reports"
        var rows = [finding.severity.row(line)]
        if !names.isEmpty { rows.append(.more(names.joined(separator: ", "))) }
        if let message = finding.consumerMessage { rows.append(.more("\(lead): \"\(message)\"")) }
        if finding.severity != .note {
            for hint in finding.hints { rows.append(.remedy(hints.completed(hint))) }
        }
        return rows
    }

    private func rows(for envoy: EnvoyVerdict) -> [Row] {
        guard let finding = envoy.finding else {
            return [Row("envoy", "\(envoy.version) loads the module")]
        }
        return rows(for: finding, finding.message)
    }

    /// The tried Envoys that have what the module needs; `nil` if it is not loaded or has not been read.
    private var releases: String? {
        guard !isRejected, let check = check.module?.check, check.verdict != .error,
            !self.check.results.allSatisfy({ $0.consumer.host == nil })
        else { return nil }
        return "1.\(check.minimumEnvoy) and later"
            + (check.generation.minor == check.minimumEnvoy ? check.generation.products : "")
    }

    /// The last row: whether the plugin is rejected, and the verdict of each consumer.
    private var verdict: Row {
        let marks = WrappableText(
            check.results.map { (mark: self.verdict(of: $0).mark, name: $0.name) }
        )
        guard isRejected else { return Row("ok", marks, tone: .good) }
        let isRejectedByError = check.results.contains { self.verdict(of: $0) == .error }
        let reason =
            isStrict && !isRejectedByError
            ? WrappableText("warnings count as errors (--strict)") : WrappableText("")
        return Row("FAIL", reason.words.isEmpty ? marks : marks + reason, tone: .bad)
    }

    struct Document: Encodable {
        let schema = "wasmpack.check/v1"
        let ok: Bool
        let target: String
        let digest: Nullable<String>
        let reference: Nullable<String>
        let image: Nullable<Image>
        let module: Nullable<CheckedModuleDocument>
        let consumers: [Consumer]
        /// The first of `envoys`.
        let envoy: Nullable<Envoy>
        let envoys: [Envoy]
        /// For a version of `--for` that is not known.
        let warnings: [String]

        struct Image: Encodable {
            let digest: String
            let mediaType: String
            let size: Int
            let index: Nullable<String>
            let variant: String
        }

        struct Consumer: Encodable {
            let name: String
            /// The version of `--for`, as MAJOR.MINOR.
            let version: Nullable<String>
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

            init(_ envoy: EnvoyVerdict) {
                version = envoy.version
                verdict = (envoy.finding?.severity).verdict
                finding = Nullable(envoy.finding.map(FindingDocument.init))
            }
        }
    }

    var document: Document {
        Document(
            ok: !isRejected,
            target: target,
            digest: Nullable(check.image?.image.digest.description),
            reference: Nullable(
                check.image.flatMap { reference?.pinned(to: $0.image.digest).description }
            ),
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
                        check.moduleFindings,
                        envoy: envoyFinding,
                        bodiesValidated: envoys.contains(where: \.hasValidatedBodies)
                            || module.check?.module.bodiesAreValidated ?? false
                    )
                }
            ),
            consumers: check.results.map { result in
                Document.Consumer(
                    name: result.consumer.name,
                    version: Nullable(result.version),
                    verdict: verdict(of: result).verdict,
                    findings: result.imageFindings.map(FindingDocument.init),
                    moduleFindings: result.moduleFindings.map(FindingDocument.init)
                )
            },
            envoy: Nullable(envoys.first.map(Document.Envoy.init)),
            envoys: envoys.map(Document.Envoy.init),
            warnings: warnings
        )
    }
}

extension Finding.Severity {
    /// Returns the row of a finding.
    func row(_ text: String) -> Row {
        switch self {
        case .note: Row("note", text)
        case .warning: Row("warning", text, tone: .caution)
        case .error: Row("FAIL", text, tone: .bad)
        }
    }
}

extension ModuleInspection {
    /// The interface and the language, in few words: `proxy-wasm 0.2.1, HTTP`.
    var interface: String {
        guard let check else { return isComponent ? "component" : "not a readable module" }
        let parts = [
            check.abi.map { "proxy-wasm \($0.rawValue)" } ?? "no proxy-wasm marker", check.sdk?.rawValue,
            check.pluginType.map { $0.rawValue.uppercased() },
        ]
        return parts.compactMap(\.self).joined(separator: ", ")
    }

    /// A summary in one line: size, interface, language, number of imports and exports.
    var summary: String {
        let size = ByteCount(identity.size)
        guard let check else { return "\(size)  \(interface)" }
        let counts = [(check.module.imports.count, "import"), (check.module.exports.count, "export")].map {
            "\($0) \($1)\($0 == 1 ? "" : "s")"
        }
        return "\(size)  core module, " + ([interface] + counts).joined(separator: ", ")
    }
}
