import Diagnostics
import HTTPTransport
import OCI
import Storage
import TestSupport
import Testing

@testable import Registry

/// Upload locations in all forms that registries use.
@Suite struct UploadLocationTests {
    static let forms: [(location: String, target: String, why: String)] = [
        ("https://registry.example/up/1", "https://registry.example/up/1?", "absolute"),
        ("/up/1", "https://registry.example/up/1?", "from the root"),
        ("1", "https://registry.example/v2/NAME/blobs/uploads/1?", "relative to the request"),
        ("../1", "https://registry.example/v2/NAME/blobs/1?", "relative, and up"),
        ("//registry.example/up/1", "https://registry.example/up/1?", "without a scheme"),
        (
            "/up?_state=a+b%2Fc%2f=&x==&y", "https://registry.example/up?_state=a+b%2Fc%2f=&x==&y&",
            "a query stays byte for byte"
        ),
        ("/up?", "https://registry.example/up?", "an empty query"),
        ("http://registry.example/up/1", "https://registry.example/up/1?", "http of a registry in https"),
        ("http://registry.example:80/up/1", "https://registry.example/up/1?", "the same with its port"),
        ("https://registry.example:443/up/1", "https://registry.example/up/1?", "the port that is none"),
        ("HTTPS://Registry.Example/Up/1", "https://registry.example/Up/1?", "a host in capitals"),
        ("https://storage.example/up/1?sig=a%2Bb", "https://storage.example/up/1?sig=a%2Bb&", "another host"),
    ]

    @Test("uploads to the Location and keeps its query byte for byte", arguments: forms)
    func form(location: String, target: String, why: String) async throws {
        let bench = try Bench(layerSize: 100)
        let layer = bench.image.layer.descriptor
        let expected =
            target.replacing("NAME", with: bench.name)
            + "digest=" + layer.digest.description.replacing(":", with: "%3A")
        let transport = ScriptedTransport([
            .answer(
                "POST https://registry.example/v2/\(bench.name)/blobs/uploads/",
                401,
                ["WWW-Authenticate": "Basic realm=\"x\""]
            ),
            .answer(
                "POST https://registry.example/v2/\(bench.name)/blobs/uploads/",
                202,
                ["Location": location]
            ),
            .answer("PUT \(expected)", 201),
        ])
        let repository = try bench.repository(
            "registry.example",
            plain: false,
            credential: .known,
            transport: transport
        )
        try await repository.push(bench.image.layer)
        #expect(transport.remaining == 0, "\(why)")
        #expect(
            (transport.authorizations.last ?? nil != nil) == expected.hasPrefix("https://registry.example/"),
            "credentials are for the registry alone"
        )
    }

    @Test func `reports a missing Location`() async throws {
        let bench = try Bench(layerSize: 100)
        let transport = ScriptedTransport([
            .answer("POST https://registry.example/v2/\(bench.name)/blobs/uploads/", 202)
        ])
        let repository = try bench.repository("registry.example", plain: false, transport: transport)
        let failure = await bench.failure { () async throws(Failure) in
            try await repository.push(bench.image.layer)
        }
        #expect(failure?.code == .protocolViolation)
        #expect(failure?.message.contains("Location header is missing") == true)
    }
}
