import Diagnostics
import OCI
import SystemPackage
import TestSupport
import Testing

@testable import Registry

@Suite struct DockerCertificatesTests {
    private static func entry(
        _ files: [String],
        for registry: String = "registry.example:5000"
    ) throws -> (entry: DockerCertificates.Entry, folder: ScratchDirectory) {
        let folder = try ScratchDirectory()
        for file in files { try folder.write([], to: file) }
        let certificates = DockerCertificates(in: folder.path)
        return (try certificates.entry(for: try RegistryName(parsing: registry)), folder)
    }

    @Test func `reads crt files as authorities, cert and key files as a pair, and ignores others`() throws {
        let place = "registry.example:5000"
        let (entry, folder) = try Self.entry(
            ["b.crt", "a.crt", "z.cert", "z.key", "client.cert", "client.key", "README", "old.pem"].map {
                "\(place)/\($0)"
            }
        )
        #expect(entry.authorities == ["a.crt", "b.crt"].map { folder.appending(place).appending($0) })
        #expect(entry.clientCertificate == folder.appending(place).appending("client.cert"))
        #expect(entry.clientKey == folder.appending(place).appending("client.key"))
    }

    @Test(
        "a folder applies to one registry with its port",
        arguments: ["registry.example", "registry.example:5001", "example:5000", "[::1]:5000"]
    )
    func others(registry: String) throws {
        let (entry, _) = try Self.entry(["registry.example:5000/ca.crt"], for: registry)
        #expect(entry == DockerCertificates.Entry())
    }

    @Test func `rejects a certificate without its key with docker's message`() throws {
        let failure = #expect(throws: Failure.self) { try Self.entry(["registry.example:5000/client.cert"]) }
        #expect(failure?.code == .configurationInvalid)
        #expect(
            failure?.message
                == "missing key client.key for client certificate client.cert. CA certificates must use the extension .crt"
        )
    }

    @Test func `rejects a key without its certificate`() throws {
        let failure = #expect(throws: Failure.self) { try Self.entry(["registry.example:5000/client.key"]) }
        #expect(failure?.code == .configurationInvalid)
        #expect(failure?.message == "missing client certificate client.cert for key client.key")
    }
}
