import Foundation
import HTTPTransport
import SystemPackage
import TestSupport

/// A self-signed certificate for 127.0.0.1 from the openssl command, in a temporary folder.
final class TestCertificate: Sendable {
    /// The path of the certificate (PEM).
    let certificate: String
    /// The path of its private key (PEM).
    let key: String
    private let folder: URL

    /// Creates a certificate for a host (`IP:…` or `DNS:…`), valid for two days, or expired since yesterday.
    init(subject: String = "IP:127.0.0.1", name: String = "wasmpack test", isExpired: Bool = false) throws {
        folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        certificate = folder.appendingPathComponent("certificate.pem").path
        key = folder.appendingPathComponent("key.pem").path
        try Self.openssl(
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-nodes",
            "-keyout",
            key,
            "-out",
            certificate,
            "-subj",
            "/CN=\(name)",
            "-days",
            "2",
            "-addext",
            "subjectAltName=\(subject)"
        )
        if isExpired {
            // `req` rejects days in the past; `x509` accepts one.
            let fresh = certificate + ".fresh"
            try FileManager.default.moveItem(atPath: certificate, toPath: fresh)
            try Self.openssl("x509", "-in", fresh, "-signkey", key, "-days", "-1", "-out", certificate)
        }
    }

    private static func openssl(_ arguments: String...) throws {
        let openssl = Process()
        openssl.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        openssl.arguments = ["openssl"] + arguments
        openssl.standardError = FileHandle.nullDevice
        try openssl.runAlone()
        openssl.waitUntilExit()
        guard openssl.terminationStatus == 0 else { throw PeerError("openssl fails: \(arguments)") }
    }

    /// The SHA-256 of the certificate, by the openssl command, in lower case and without colons.
    func fingerprint() throws -> String {
        let run = try Tool.run("openssl", ["x509", "-noout", "-fingerprint", "-sha256", "-in", certificate])
        let digits = run.output.split(separator: "=").last.map { $0.filter(\.isHexDigit).lowercased() }
        return digits ?? "none"
    }

    /// The certificate as a trusted authority.
    var authority: AuthorityFile { AuthorityFile(FilePath(certificate), from: "the test") }

    deinit { try? FileManager.default.removeItem(at: folder) }
}
