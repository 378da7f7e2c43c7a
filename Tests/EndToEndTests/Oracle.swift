import Foundation
import TestSupport

/// What a real Envoy and the built program make of the same modules; `Tests/Support/oracle.py` asks both.
struct Oracle: Decodable {
    /// One module.
    struct Row: Decodable {
        enum Verdict: String, Decodable {
            case loads
            case refuses
            /// The proxy's process ended by a signal.
            case dies
            case hangs
        }

        /// What one command did.
        struct Answer: Decodable {
            /// Negative after a signal, `nil` when it was too slow.
            let status: Int32?
            let document: Document?
            let stderr: String
        }

        let verdict: Verdict
        let said: [String]
        /// Envoy's engine would compile the module if its function bodies were others.
        let isOfBodies: Bool
        let check: Answer
        let inspect: Answer?
        let build: Answer?

        private enum CodingKeys: String, CodingKey {
            case verdict, said, check, inspect, build
            case isOfBodies = "of_bodies"
        }

        /// What was found about the module; nothing for a file that is not read as one.
        var findings: [Document.Finding] { check.document?.module?.findings ?? [] }
    }

    /// As much of the program's documents as the tests look at.
    struct Document: Decodable {
        struct Finding: Decodable {
            let id: String
            let severity: String
            let message: String
            let saying: String?
            let offset: Int?
        }

        struct Module: Decodable {
            /// Not in the documents of `build`.
            let findings: [Finding]?
        }

        struct Problem: Decodable {
            let code: String
            let message: String
            let why: String?
        }

        let module: Module?
        let error: Problem?
    }

    let corpus: [String: Row]
    let mutants: [String: Row]

    /// Both judgements of every module, asked for once in a run of the tests.
    static let judgement = Task {
        let work = try Workspace()
        let run = try await work.other(
            "python3",
            Fixtures.path("../Tests/Support/oracle.py"),
            Workspace.program,
            Envoy.program,
            Fixtures.path("wasm/header-authorization/plugin.wasm")
        )
        guard run.status == 0 else { throw PeerError("oracle.py: \(run.errorText)") }
        return try JSONDecoder().decode(Oracle.self, from: run.outputBytes)
    }
}

/// The table in docs/reference/check.md of what `check` cannot know.
struct Unknowable {
    /// The finding with which `check` says so.
    let note: String
    /// Modules of the corpus, by name, a `*` for anything.
    let modules: [String]

    static func table() throws -> [Unknowable] {
        let page = String(decoding: try Fixtures.bytes("../docs/reference/check.md"), as: UTF8.self)
        guard let start = page.range(of: "## Where check cannot tell") else { return [] }
        let section = page[start.upperBound...].prefix { _ in true }
        let end = section.range(of: "\n## ")?.lowerBound ?? section.endIndex
        return section[..<end].split(separator: "\n").compactMap { line in
            let cells = line.split(separator: "|", omittingEmptySubsequences: false)
            guard cells.count == 5, let note = quoted(cells[1]).first else { return nil }
            return Unknowable(note: note, modules: quoted(cells[3]))
        }
    }

    private static func quoted(_ cell: Substring) -> [String] {
        cell.matches(of: /`([^`]+)`/).map { String($0.output.1) }
    }

    func covers(_ name: String) -> Bool { modules.contains { fnmatch($0, name, 0) == 0 } }
}
