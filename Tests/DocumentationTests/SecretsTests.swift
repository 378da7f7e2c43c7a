import Foundation
import TestSupport
import Testing

/// The search that every run of the program goes through has to be able to find something.
@Suite struct SecretsTests {
    @Test("a secret is found as it is and in base64, whatever stands before it", arguments: 0...4)
    func found(offset: Int) {
        let secret = String(repeating: "x", count: offset) + Secrets.password()
        #expect(!Secrets.found(in: "before \(secret) after").isEmpty)
        #expect(!Secrets.found(in: "Basic \(Data(secret.utf8).base64EncodedString())").isEmpty)
    }

    @Test func `a token is found`() {
        #expect(Secrets.found(in: "Bearer eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJ0ZXN0In0.c2ln").count == 1)
    }

    @Test func `an innocent text is let through`() {
        let text = "pushed sha256:\(String(repeating: "0123456789abcdef", count: 4)) with eyJ and aHV"
        #expect(Secrets.found(in: text).isEmpty)
    }

    @Test func `files are searched, but for those that may hold a secret`() throws {
        let folder = try TemporaryFolder()
        let root = URL(filePath: "\(folder.path)")
        for name in ["config.json", "trace.txt"] {
            try Data("\(Secrets.mark)-3".utf8).write(to: root.appending(path: name))
        }
        #expect(Secrets.found(inFilesBelow: root, except: ["config.json"]) == ["trace.txt"])
    }
}
