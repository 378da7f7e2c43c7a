import Diagnostics
import Foundation
import HostSystem
import OCI
import Packing
import ProxyWasm
import SystemPackage
import TestSupport
import Wasm

/// A module with the recorded verdict of a real Envoy and the findings of `check`.
struct JudgedModule: Sendable {
    let name: String
    let isMutant: Bool
    /// The SHA-256 of the module.
    let digest: String
    private let inspection: ModuleInspection
    let envoy: EnvoyVerdicts.Answer
    /// The findings for all proxies, the default of the command.
    let findings: [Finding]

    /// Whether `check` finds no error.
    var isAccepted: Bool { !findings.contains { $0.severity == .error } }

    /// The first error.
    var error: Finding? { findings.first { $0.severity == .error } }

    /// The findings of `check --for envoy@1.MINOR`.
    func findings(inEnvoy minor: Int) throws -> [Finding] {
        try inspection.findings(in: .envoy, EnvoyRelease(minor: minor))
    }

    /// Every module, checked once per process.
    static let all = Task {
        let modules = try await JudgedModules.shared.value
        let recorded = try EnvoyVerdicts.recorded.get()
        return try modules.corpus.map { try JudgedModule($0, false, recorded) }
            + modules.mutants.map { try JudgedModule($0, true, recorded) }
    }

    private init(_ module: (name: String, path: String), _ isMutant: Bool, _ recorded: EnvoyVerdicts) throws {
        name = module.name
        self.isMutant = isMutant
        digest = Digest(of: [UInt8](try Data(contentsOf: URL(filePath: module.path)))).encoded
        guard let envoy = recorded.answers[digest] else {
            throw PeerError("no verdict of Envoy \(recorded.envoy) on \(name) is recorded: make verdicts")
        }
        self.envoy = envoy
        inspection = try ModuleInspection(of: name, in: ReadableFile(opening: FilePath(module.path)))
        findings = try PluginCheck(nil, module: inspection, for: Consumers.proxies).moduleFindings
    }
}

/// The table in docs/reference/check.md of what `check` cannot know.
struct Unknowable {
    /// The finding with which `check` says so; `nil` if there is none.
    let note: String?
    /// Modules of the corpus, by name, a `*` for anything.
    let modules: [String]

    static func table() throws -> [Unknowable] {
        let page = String(decoding: try Fixtures.bytes("../docs/reference/check.md"), as: UTF8.self)
        guard let start = page.range(of: "## Limits of check") else { return [] }
        let section = page[start.upperBound...].prefix { _ in true }
        let end = section.range(of: "\n## ")?.lowerBound ?? section.endIndex
        return section[..<end].split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count == 5, case let modules = quoted(cells[3]), !modules.isEmpty else { return nil }
            return Unknowable(note: quoted(cells[1]).first, modules: modules)
        }
    }

    private static func quoted(_ cell: Substring) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.output.1) }
    }

    func covers(_ name: String) -> Bool { modules.contains { fnmatch($0, name, 0) == 0 } }
}
