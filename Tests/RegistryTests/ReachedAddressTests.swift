import Diagnostics
import HTTPTransport
import OCI
import Storage
import Synchronization
import Testing

@testable import Registry

/// The address at which a registry was reached decides to which addresses it may refer.
@Suite struct ReachedAddressTests {
    private let bench: Bench

    init() throws { bench = try Bench(layerSize: 100) }

    /// Pulls from a registry whose name resolves to these addresses, one per request, with its blobs at a storage host.
    private func pull(registry: [String], storage: String) async throws -> Failure? {
        let manifest = try bench.image.manifest.bytes(limit: .max)
        let layer = try bench.image.layer.bytes(limit: .max)
        let transport = ResolvingTransport(["r.example": registry, "s.example": [storage]]) { url in
            if url.host == "s.example" { return (Response(status: 200), layer) }
            if url.path.contains("/blobs/") {
                return (Response(status: 307, headers: ["Location": "https://s.example/x"]), [])
            }
            let type: HeaderFields = ["Content-Type": MediaType.imageManifest.name]
            return (Response(status: 200, headers: type), manifest)
        }
        let repository = try bench.repository("r.example", access: .pull, plain: false, transport: transport)
        _ = try await repository.resolve(bench.image.name)
        do throws(Failure) {
            _ = try await repository.fetch(bench.image.layer.descriptor)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a public registry may refer only to public addresses`() async throws {
        #expect(try await pull(registry: ["203.0.113.5"], storage: "203.0.113.6") == nil)
        let failure = try await pull(registry: ["203.0.113.5"], storage: "10.0.0.6")
        #expect(failure?.code == .addressRejected)
        #expect(failure?.message == "the redirect target that r.example names, s.example, is not allowed")
    }

    @Test func `a private registry may refer to private addresses`() async throws {
        #expect(try await pull(registry: ["10.0.0.5"], storage: "10.0.0.6") == nil)
        #expect(try await pull(registry: ["10.0.0.5"], storage: "203.0.113.6") == nil)
        #expect(try await pull(registry: ["10.0.0.5"], storage: "169.254.169.254")?.code == .addressRejected)
    }

    @Test func `a registry at a mapped public address is public`() async throws {
        let mapped = "::ffff:203.0.113.5"
        #expect(try await pull(registry: [mapped], storage: "203.0.113.6") == nil)
        for storage in ["10.0.0.6", "::ffff:10.0.0.6", "127.0.0.1"] {
            #expect(try await pull(registry: [mapped], storage: storage)?.code == .addressRejected)
        }
    }

    @Test func `a registry may turn from a doubtful or private address to another one`() async throws {
        #expect(try await pull(registry: ["198.18.0.5", "198.18.0.9"], storage: "203.0.113.6") == nil)
        #expect(try await pull(registry: ["10.0.0.5", "203.0.113.5"], storage: "203.0.113.6") == nil)
        let metadata = try await pull(registry: ["203.0.113.5", "fd00:ec2::254"], storage: "203.0.113.6")
        #expect(metadata?.code == .addressRejected)
    }

    @Test func `a registry once seen at a public address stays public`() async throws {
        let turned = try await pull(registry: ["203.0.113.5", "10.0.0.5"], storage: "203.0.113.6")
        #expect(turned?.code == .addressRejected)
        #expect(turned?.message == "the address of r.example is not allowed")
        let back = try await pull(registry: ["10.0.0.5", "203.0.113.5"], storage: "10.0.0.6")
        #expect(back?.code == .addressRejected)
    }
}

/// A transport with a table of names: each host resolves to its addresses, one per request.
private final class ResolvingTransport: Transport {
    private let addresses: Mutex<[String: [String]]>
    private let answer: @Sendable (HTTPURL) -> (Response, [UInt8])

    init(_ addresses: [String: [String]], _ answer: @escaping @Sendable (HTTPURL) -> (Response, [UInt8])) {
        self.addresses = Mutex(addresses)
        self.answer = answer
    }

    func send(_ request: Request, into sink: some ResponseSink) async throws(TransferError) -> Response {
        let address = addresses.withLock { table -> String in
            let all = table[request.url.host, default: []]
            if all.count > 1 { table[request.url.host] = Array(all.dropFirst()) }
            return all.first ?? "0.0.0.0"
        }
        guard let accepts = request.acceptsAddress, accepts(address) else {
            throw TransferError(.addressRejected, "its name resolves to the address \(address)")
        }
        request.reachedAddress?(address)
        let (response, body) = answer(request.url)
        try sink.begin(response)
        do {
            try body.withUnsafeBytes { try sink.receive($0) }
        } catch {
            throw TransferError(.other, "\(error)")
        }
        return response
    }
}
