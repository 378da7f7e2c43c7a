import Foundation
import HTTPTransport
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// Requests through a real proxy: the routing, the data that the proxy sees, and its failures.
@Suite(.timed, .timeLimit(.minutes(5))) struct ProxyTests {
    /// A proxy from Tests/Support/proxy.py with its log.
    final class Peer: Sendable {
        struct Line: Decodable {
            let kind: String
            let target: String
            let fields: [String]
            let let_in: Bool
        }

        let port: Int
        private let process: PeerProcess
        private let folder: ScratchDirectory

        init(_ arguments: String...) async throws {
            struct Ready: Decodable { let port: Int }
            folder = try ScratchDirectory()
            let log = try folder.write([], to: "log").string
            process = try await PeerProcess.start("proxy.py", ["--log", log] + arguments)
            port = try JSONDecoder().decode(Ready.self, from: process.ready).port
        }

        var log: [Line] {
            get throws {
                try contents(of: folder.appending("log")).split(separator: UInt8(ascii: "\n")).map {
                    try JSONDecoder().decode(Line.self, from: Data($0))
                }
            }
        }
    }

    private static func transport(
        _ environment: [String: String],
        trusting certificate: TestCertificate? = nil
    ) throws -> CurlTransport {
        let tls = TLSOptions(authorityFile: certificate?.authority)
        return try CurlTransport(TransportOptions(tls: tls, proxies: Proxies { environment[$0] }))
    }

    @Test func `sends an HTTPS request through a tunnel that the proxy cannot read`() async throws {
        let certificate = try TestCertificate(subject: "DNS:registry.example")
        let server = try PythonPeer(certificate: certificate)
        let proxy = try await Peer("--to", "\(server.port)")
        let transport = try Self.transport(
            ["HTTPS_PROXY": "http://127.0.0.1:\(proxy.port)"],
            trusting: certificate
        )
        let url = try HTTPURL(parsing: "https://registry.example/echo")
        let headers: HeaderFields = ["Authorization": "Bearer hush-token", "Cookie": "hush-cookie"]
        let (response, body) = try await exchange(.get, url, headers: headers, over: transport)
        #expect(try Echo(body).all("Authorization") == ["Bearer hush-token"])
        #expect(response.connection?.proxy == "http://127.0.0.1:\(proxy.port)")
        let log = try proxy.log
        #expect(log.map(\.kind) == ["CONNECT"])
        #expect(log.first?.target == "registry.example:443")
        #expect(
            log.first?.fields.contains { ["authorization", "cookie"].contains($0.lowercased()) } == false
        )
    }

    @Test func `sends a plain request to the proxy with its whole URL`() async throws {
        let server = try PythonPeer.plain.get()
        let proxy = try await Peer("--to", "\(server.port)")
        let transport = try Self.transport(["HTTP_PROXY": "127.0.0.1:\(proxy.port)"])
        let url = try HTTPURL(parsing: "http://registry.example/echo")
        let (_, body) = try await exchange(.get, url, over: transport)
        #expect(try Echo(body).target == "/echo")
        #expect(try proxy.log.map(\.target) == ["http://registry.example/echo"])
    }

    static let rows: [(exceptions: String, isDirect: Bool)] = [
        ("", false), ("registry.invalid", false), ("*", true), ("registry.example", true),
        ("registry.example:80", true), ("registry.example:1", false), ("10.0.0.0/8", false),
    ]

    @Test("no_proxy decides whether a request uses the proxy", arguments: rows)
    func way(exceptions: String, isDirect: Bool) async throws {
        let server = try PythonPeer.plain.get()
        let proxy = try await Peer("--to", "\(server.port)")
        let environment = ["http_proxy": "http://127.0.0.1:\(proxy.port)", "no_proxy": exceptions]
        let transport = try Self.transport(environment)
        let url = try HTTPURL(parsing: "http://registry.example/echo")
        if isDirect {
            #expect(await failure(of: url, over: transport)?.kind == .addressUnknown)
        } else {
            let (response, _) = try await exchange(.get, url, over: transport)
            #expect(response.connection?.proxy == "http://127.0.0.1:\(proxy.port)")
        }
        #expect(try proxy.log.isEmpty == isDirect)
    }

    @Test(
        "never uses a proxy for this machine",
        arguments: ["localhost", "127.0.0.1"]
    )
    func thisMachine(host: String) async throws {
        let server = try PythonPeer.plain.get()
        let proxy = try await Peer()
        let transport = try Self.transport(["all_proxy": "http://127.0.0.1:\(proxy.port)"])
        let (response, _) = try await exchange(.get, try server.url("/echo", host: host), over: transport)
        #expect(response.status == 200)
        #expect(response.connection?.proxy == nil)
        #expect(try proxy.log.isEmpty)
    }

    @Test("attributes every status in a tunnel to the server, even 407", arguments: [200, 401, 404, 407])
    func tunnelled(status: Int) async throws {
        let certificate = try TestCertificate(subject: "DNS:registry.example")
        let server = try PythonPeer(certificate: certificate)
        for scheme in ["http", "socks5"] {
            let proxy = try await Peer("--user", "me:hush-proxy", "--to", "\(server.port)")
            let transport = try Self.transport(
                ["https_proxy": "\(scheme)://me:hush-proxy@127.0.0.1:\(proxy.port)"],
                trusting: certificate
            )
            let url = try HTTPURL(parsing: "https://registry.example/status/\(status)")
            let heads = Heads()
            let response = try await transport.send(Request(method: .get, url: url), into: heads)
            #expect(response.status == status)
            #expect(heads.statuses == [status], "the head of the tunnel is none")
        }
    }

    /// The received heads.
    private final class Heads: ResponseSink {
        private let seen = Mutex<[Int]>([])

        var statuses: [Int] { seen.withLock { $0 } }

        func begin(_ response: Response) { seen.withLock { $0.append(response.status) } }

        func receive(_ bytes: UnsafeRawBufferPointer) {}
    }

    @Test func `attributes a 407 behind a SOCKS proxy to the server`() async throws {
        let server = try PythonPeer.plain.get()
        let proxy = try await Peer("--to", "\(server.port)")
        let transport = try Self.transport(["http_proxy": "socks5h://127.0.0.1:\(proxy.port)"])
        let url = try HTTPURL(parsing: "http://registry.example/status/407")
        #expect(try await exchange(.get, url, over: transport).response.status == 407)
    }

    @Test("sends the proxy's password in each protocol", arguments: ["http", "socks5", "socks5h"])
    func password(scheme: String) async throws {
        let certificate = try TestCertificate(subject: "DNS:registry.example")
        let server = try PythonPeer(certificate: certificate)
        let proxy = try await Peer("--user", "me:hush-proxy", "--to", "\(server.port)")
        let transport = try Self.transport(
            ["ALL_PROXY": "\(scheme)://me:hush-proxy@127.0.0.1:\(proxy.port)"],
            trusting: certificate
        )
        let url = try HTTPURL(parsing: "https://registry.example/echo")
        let (response, body) = try await exchange(.get, url, over: transport)
        #expect(response.status == 200)
        #expect(try Echo(body).all("Proxy-Authorization").isEmpty)
        #expect(try proxy.log.map(\.let_in) == [true])
        #expect(try proxy.log.map(\.target) == ["registry.example:443"], "names are the proxy's")
    }

    @Test(
        "names a proxy that rejects the password, with its status and without the password",
        arguments: ["http", "https"]
    )
    func rejected(scheme: String) async throws {
        let proxy = try await Peer("--user", "me:hush-proxy")
        let transport = try Self.transport(["all_proxy": "http://me:hush-wrong@127.0.0.1:\(proxy.port)"])
        let error = await failure(of: try HTTPURL(parsing: "\(scheme)://registry.example/"), over: transport)
        #expect(error?.kind == .proxyFailed, "\(String(describing: error))")
        #expect(error?.detail.contains("proxy http://127.0.0.1:\(proxy.port) ($all_proxy)") == true)
        #expect(error?.detail.contains("407") == true)
        #expect(error?.detail.contains("hush") == false)
    }

    @Test func `names a proxy that rejects a tunnel, with its status`() async throws {
        let proxy = try await Peer("--status", "503")
        let transport = try Self.transport(["https_proxy": "http://127.0.0.1:\(proxy.port)"])
        let error = await failure(of: try HTTPURL(parsing: "https://registry.example/"), over: transport)
        #expect(error?.kind == .proxyFailed)
        #expect(error?.detail.contains("503") == true, "\(String(describing: error))")
    }

    static let unusable = [
        "http://me:hush-proxy@proxy.invalid:3128", "gopher://me:hush-proxy@127.0.0.1:3128",
        "http://me:hush-proxy",
        "http://me:hush-proxy@127.0.0.1:1", "socks5://me:hush-proxy@127.0.0.1:1",
    ]

    @Test(
        "names an unreachable or invalid proxy without its password",
        arguments: unusable
    )
    func broken(url: String) async throws {
        let transport = try Self.transport(["http_proxy": url])
        let error = await failure(of: try HTTPURL(parsing: "http://registry.invalid/"), over: transport)
        #expect(error?.kind == .proxyFailed, "\(String(describing: error))")
        #expect(error?.detail.contains("hush") == false)
    }

    @Test func `verifies a proxy with TLS, also with the authorities of --ca-file`() async throws {
        let certificate = try TestCertificate()
        let proxy = try PythonPeer(certificate: certificate)
        let environment = ["https_proxy": "https://127.0.0.1:\(proxy.port)"]
        let url = try HTTPURL(parsing: "https://registry.example/")
        let unknown = await failure(of: url, over: try Self.transport(environment))
        #expect(unknown?.kind == .proxyFailed, "\(String(describing: unknown))")
        #expect(
            unknown?.detail.contains("issuer \"CN=wasmpack test\"") == true,
            "\(String(describing: unknown))"
        )
        let known = await failure(of: url, over: try Self.transport(environment, trusting: certificate))
        #expect(known?.kind == .proxyFailed)
        #expect(
            known?.detail.contains("404") == true,
            "trusted, and it knows no CONNECT: \(String(describing: known))"
        )
    }

    @Test func `libcurl does not read the proxy variables itself`() async {
        await #expect(processExitsWith: .success) {
            let peer = try PythonPeer()
            for name in ["http_proxy", "all_proxy", "ALL_PROXY"] {
                setenv(name, "http://proxy.invalid:3128", 1)
            }
            let (response, _) = try await exchange(.get, try peer.url("/echo"), over: CurlTransport())
            #expect(response.status == 200)
            setenv("no_proxy", "*", 1)
            let options = TransportOptions(proxies: Proxies { _ in "http://127.0.0.1:1" })
            let url = try HTTPURL(parsing: "http://registry.invalid/")
            let error = await failure(of: url, over: try CurlTransport(options))
            #expect(error?.kind == .proxyFailed)
        }
    }
}
