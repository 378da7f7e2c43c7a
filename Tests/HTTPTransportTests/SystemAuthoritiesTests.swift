import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HTTPTransport

@Suite struct SystemAuthoritiesTests {
    /// A PEM text; only its text counts.
    private static func certificate(_ letter: Character) -> String {
        "-----BEGIN CERTIFICATE-----\n\(String(repeating: letter, count: 400))\n-----END CERTIFICATE-----\n"
    }

    struct Case: CustomTestStringConvertible {
        let why: String
        /// A letter for each certificate.
        let file: String?
        /// The certificates of each file in the folder; `-` for a link to a missing file.
        let folder: [String: String]?
        let isComplete: Bool

        var testDescription: String { why }
    }

    static let cases = [
        Case(
            why: "the same, in another order",
            file: "ab",
            folder: ["0a1b2c3d.0": "b", "0a1b2c3d.1": "a", "one.pem": "c"],
            isComplete: true
        ),
        Case(
            why: "two names of one",
            file: "a",
            folder: ["0a1b2c3d.0": "a", "ffffffff.0": "a"],
            isComplete: true
        ),
        Case(
            why: "one more in the file",
            file: "abc",
            folder: ["0a1b2c3d.0": "a", "ffffffff.12": "b"],
            isComplete: false
        ),
        Case(
            why: "one more in the folder",
            file: "a",
            folder: ["0a1b2c3d.0": "a", "ffffffff.0": "b"],
            isComplete: false
        ),
        Case(
            why: "one removed and one added",
            file: "ab",
            folder: ["0a1b2c3d.0": "a", "ffffffff.0": "c"],
            isComplete: false
        ),
        Case(
            why: "a link to nothing",
            file: "a",
            folder: ["0a1b2c3d.0": "a", "ffffffff.0": "-"],
            isComplete: false
        ),
        Case(
            why: "a folder without an index",
            file: "ab",
            folder: ["one.pem": "a", "two.pem": "b"],
            isComplete: false
        ),
        Case(
            why: "names that OpenSSL does not look for",
            file: "a",
            folder: [
                "0a1b2c3g.0": "a", "0A1B2C3D.0": "a", "0a1b2c3d.": "a", "0a1b2c3d.r0": "a",
                "0a1b2c3d.0.0": "a",
                "0a1b2c3.0": "a", "0a1b2c3d": "a",
            ],
            isComplete: false
        ),
        Case(why: "neither has any", file: "", folder: [:], isComplete: false),
        Case(why: "no folder", file: "a", folder: nil, isComplete: false),
        Case(why: "no file", file: nil, folder: ["0a1b2c3d.0": "a"], isComplete: false),
    ]

    @Test func `a system without a file has authorities only if an indexed folder has some`() throws {
        let scratch = try ScratchDirectory()
        let missing = scratch.path.appending("bundle.crt")
        let folder = scratch.path.appending("certs")
        #expect(SystemAuthorities(file: missing, folder: folder).isEmpty)
        #expect(SystemAuthorities(file: missing, folder: nil).isEmpty)
        try FileManager.default.createDirectory(atPath: "\(folder)", withIntermediateDirectories: false)
        try scratch.write(Array(Self.certificate("a").utf8), to: "certs/one.pem")
        #expect(SystemAuthorities(file: missing, folder: folder).isEmpty)
        try scratch.write(Array(Self.certificate("a").utf8), to: "certs/0a1b2c3d.0")
        #expect(!SystemAuthorities(file: missing, folder: folder).isEmpty)
    }

    @Test(arguments: cases) func `the folder of authorities is used only if it has those of the file`(
        _ row: Case
    ) throws {
        let scratch = try ScratchDirectory()
        if let file = row.file {
            try scratch.write(Array(file.map(Self.certificate).joined().utf8), to: "bundle.crt")
        }
        if let folder = row.folder {
            try FileManager.default.createDirectory(
                atPath: "\(scratch.path)/certs",
                withIntermediateDirectories: false
            )
            for (name, content) in folder {
                if content == "-" {
                    try FileManager.default.createSymbolicLink(
                        atPath: "\(scratch.path)/certs/\(name)",
                        withDestinationPath: "missing.pem"
                    )
                } else {
                    try scratch.write(Array(content.map(Self.certificate).joined().utf8), to: "certs/\(name)")
                }
            }
        }
        let system = SystemAuthorities(
            file: scratch.path.appending("bundle.crt"),
            folder: scratch.path.appending("certs")
        )
        #expect(system.isFolderComplete == row.isComplete)
        #expect((system.file == nil) == (row.file == nil))
        #expect(!system.isEmpty)
    }
}
