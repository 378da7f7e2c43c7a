import Foundation
import SystemPackage
import TestSupport
import Testing

@testable import HTTPTransport

@Suite struct SystemAuthoritiesTests {
    static let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"

    struct Case: CustomTestStringConvertible {
        let why: String
        let certificates: Int?
        let names: [String]?
        let isComplete: Bool

        var testDescription: String { why }
    }

    static let cases = [
        Case(
            why: "the same",
            certificates: 2,
            names: ["0a1b2c3d.0", "0a1b2c3d.1", "one.pem", "two.pem"],
            isComplete: true
        ),
        Case(
            why: "appended to the file",
            certificates: 3,
            names: ["0a1b2c3d.0", "ffffffff.12"],
            isComplete: false
        ),
        Case(
            why: "removed from the file",
            certificates: 1,
            names: ["0a1b2c3d.0", "ffffffff.0"],
            isComplete: false
        ),
        Case(
            why: "a folder without an index",
            certificates: 2,
            names: ["one.pem", "two.pem"],
            isComplete: false
        ),
        Case(
            why: "names that OpenSSL does not look for",
            certificates: 1,
            names: [
                "0a1b2c3g.0", "0A1B2C3D.0", "0a1b2c3d.", "0a1b2c3d.r0", "0a1b2c3d.0.0", "0a1b2c3.0",
                "0a1b2c3d",
            ],
            isComplete: false
        ),
        Case(why: "neither has any", certificates: 0, names: [], isComplete: false),
        Case(why: "no folder", certificates: 1, names: nil, isComplete: false),
        Case(why: "no file", certificates: nil, names: ["0a1b2c3d.0"], isComplete: false),
    ]

    @Test(arguments: cases) func `the folder of authorities is used only if it has those of the file`(
        _ row: Case
    ) throws {
        let scratch = try ScratchDirectory()
        if let count = row.certificates {
            try scratch.write(Array(String(repeating: Self.certificate, count: count).utf8), to: "bundle.crt")
        }
        if let names = row.names {
            try FileManager.default.createDirectory(
                atPath: "\(scratch.path)/certs",
                withIntermediateDirectories: false
            )
            for name in names { try scratch.write([], to: "certs/\(name)") }
        }
        let system = SystemAuthorities(
            file: scratch.path.appending("bundle.crt"),
            folder: scratch.path.appending("certs")
        )
        #expect(system.isFolderComplete == row.isComplete)
        #expect((system.file == nil) == (row.certificates == nil))
    }
}
