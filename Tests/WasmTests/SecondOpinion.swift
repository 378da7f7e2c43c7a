import Foundation
import TestSupport
import Wasm

/// The verdicts of wasm-tools and of our reader on the same modules.
struct SecondOpinion {
    /// A module on which they differ.
    struct Difference {
        let name: String
        let ours: String
        let theirs: String
    }

    private(set) var valid = 0
    private(set) var invalidInBody = 0
    private(set) var otherwiseInvalid = 0
    /// Differences that docs/reference/check.md does not list.
    private(set) var differences: [Difference] = []
    private(set) var listedDifferences = 0

    var count: Int { valid + invalidInBody + otherwiseInvalid }

    var summary: String {
        "\(count) modules: \(valid) valid, \(invalidInBody) invalid in a body, \(otherwiseInvalid) otherwise; "
            + "\(listedDifferences) listed differences, \(differences.count) others"
    }

    private struct Line: Decodable {
        let name: String
        let valid: Bool
        let message: String
    }

    /// Asks about generated modules, or about the corpus.
    init(_ arguments: String...) async throws {
        let folder = try TemporaryFolder()
        let output = try await PeerProcess.output(of: "differential.py", ["\(folder.path)"] + arguments)
        for line in output.split(separator: UInt8(ascii: "\n")) {
            let theirs = try JSONDecoder().decode(Line.self, from: line)
            let file = URL(filePath: "\(folder.path)/\(theirs.name).wasm")
            add(theirs, [UInt8](try Data(contentsOf: file)))
        }
    }

    private mutating func add(_ theirs: Line, _ module: [UInt8]) {
        let problems = (try? readModule(module))?.problems
        let problem = problems?.first { $0.kind == .invalid || $0.kind == .notJudged }
        let isValid = problems != nil && problem == nil
        if isValid {
            valid += 1
        } else if problem?.function != nil {
            invalidInBody += 1
        } else {
            otherwiseInvalid += 1
        }
        guard isValid != theirs.valid || problem?.kind == .notJudged else { return }
        let ours = problem?.description ?? (isValid ? "valid" : "not a module")
        let phrases = isValid ? Self.acceptedByV8 : Self.rejectedByV8
        if phrases.contains(where: (isValid ? theirs.message : ours).contains) {
            listedDifferences += 1
        } else {
            differences.append(
                Difference(name: theirs.name, ours: ours, theirs: theirs.valid ? "valid" : theirs.message)
            )
        }
    }

    /// Parts of wasm-tools' messages about modules that V8 accepts.
    private static let acceptedByV8 = [
        "found heap type", "br_on_non_null target has no label types", "select only takes integral types",
        "malformed reference type", "string size out of bounds", "invalid function type",
    ]
    /// Parts of our messages about modules that V8 rejects, and wasm-tools accepts.
    private static let rejectedByV8 = [
        "engines accept", "exceeds the limit of 10000000", "exceeds the limit of 262144", "not a module",
    ]
}
