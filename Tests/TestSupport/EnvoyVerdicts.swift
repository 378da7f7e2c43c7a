import Foundation
import SystemPackage

/// The verdicts of a real Envoy on the modules of Tests/Support/modules.py and mutants.py.
///
/// `oracle.py` runs Envoy. Fixtures/envoy contains the recorded verdicts, so most tests need no Envoy.
package struct EnvoyVerdicts: Sendable {
    /// The outcome of Envoy's `--mode validate`.
    package enum Verdict: String, Decodable, Sendable, CaseIterable {
        case loads
        case refuses
        /// A signal ended Envoy's process.
        case dies
        case hangs
    }

    /// The verdict on a module.
    package struct Answer: Sendable, Equatable {
        package let verdict: Verdict
        /// The logged errors.
        package let said: [String]
        /// Whether the engine would compile the module with other function bodies.
        package let isOfBodies: Bool
    }

    /// The version of Envoy.
    package let envoy: String
    /// The verdicts, by the SHA-256 of the module.
    package let answers: [String: Answer]

    /// The recorded verdicts.
    package static let recorded = Result { try EnvoyVerdicts(recordedFor: "1.40.0") }

    /// The Envoys whose verdicts are recorded, the oldest first.
    package static let versions = ["1.36.4", "1.37.0", "1.38.2", "1.39.3", "1.40.0"]

    /// The recorded verdicts of one of ``versions``.
    package init(recordedFor version: String) throws {
        let file = try Fixtures.bytes("envoy/\(version).json")
        let record = try JSONDecoder().decode(Record.self, from: Data(file))
        envoy = record.envoy
        answers = record.modules.mapValues { row in
            Answer(verdict: row.verdict, said: row.said.map { record.said[$0] }, isOfBodies: row.isOfBodies)
        }
    }

    /// Runs an Envoy on some modules, or on all.
    package init(asking envoy: String, about names: [String]? = nil) async throws {
        let only = names.map { $0.map { "--only=\($0)" } } ?? []
        let output = try await PeerProcess.output(of: "oracle.py", ["--envoy", envoy] + only)
        let said = try JSONDecoder().decode(Said.self, from: output)
        self.envoy = said.envoy
        answers = Dictionary(
            said.modules.values.map {
                ($0.sha256, Answer(verdict: $0.verdict, said: $0.said, isOfBodies: $0.of_bodies))
            },
            uniquingKeysWith: { first, _ in first }
        )
    }

    private struct Said: Decodable {
        struct Row: Decodable {
            let sha256: String
            let verdict: Verdict
            let of_bodies: Bool
            let said: [String]
        }

        let envoy: String
        let modules: [String: Row]
    }

    private struct Record: Decodable {
        struct Row: Decodable {
            let verdict: Verdict
            let isOfBodies: Bool
            let said: [Int]

            init(from decoder: any Decoder) throws {
                var row = try decoder.unkeyedContainer()
                verdict = try row.decode(Verdict.self)
                isOfBodies = try row.decode(Bool.self)
                var said: [Int] = []
                while !row.isAtEnd { said.append(try row.decode(Int.self)) }
                self.said = said
            }
        }

        let envoy: String
        let said: [String]
        let modules: [String: Row]
    }
}

/// The modules for Envoy and `check`: files in a folder, written once per process.
package struct JudgedModules: Sendable {
    private let folder: TemporaryFolder
    /// The modules from `modules.py`: name and path.
    package let corpus: [(name: String, path: String)]
    /// The seeded mutations of whole modules.
    package let mutants: [(name: String, path: String)]

    /// All modules by name.
    package var all: [(name: String, path: String)] { corpus + mutants }

    /// The modules of the whole process.
    package static let shared = Task {
        let folder = try TemporaryFolder()
        try await PeerProcess.run("oracle.py", ["--write", folder.path.string])
        return try JudgedModules(folder)
    }

    private init(_ folder: TemporaryFolder) throws {
        func files(_ part: String) throws -> [(name: String, path: String)] {
            try FileManager.default.contentsOfDirectory(atPath: "\(folder.path)/\(part)").sorted().map {
                (String($0.dropLast(".wasm".count)), "\(folder.path)/\(part)/\($0)")
            }
        }
        self.folder = folder
        (corpus, mutants) = (try files("corpus"), try files("mutants"))
    }
}
