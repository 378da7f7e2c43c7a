import Foundation
import HTTPTransport
import Testing

/// The environment belongs to the whole process, so each of these has one of its own.
@Suite(.timeLimit(.minutes(5))) struct ProxyTests {
    @Test func `a proxy of the environment is used, and one that opens no tunnel is named as the failure`()
        async
    {
        await #expect(processExitsWith: .success) {
            let proxy = try PythonPeer()
            setenv("https_proxy", "http://user:s3cret@127.0.0.1:\(proxy.port)", 1)
            let url = try HTTPURL(parsing: "https://registry.invalid/")
            let error = await failure(of: url, over: try CurlTransport())
            #expect(error?.kind == .proxyFailed)
            #expect(error?.detail.contains("404") == true, "the peer knows nothing of CONNECT")
        }
    }

    @Test func `a plain request goes to the proxy with its whole URL`() async {
        await #expect(processExitsWith: .success) {
            let proxy = try PythonPeer()
            setenv("http_proxy", "http://127.0.0.1:\(proxy.port)", 1)
            let (response, _) = try await exchange(
                .get,
                try HTTPURL(parsing: "http://registry.invalid/echo"),
                over: CurlTransport()
            )
            #expect(response.status == 404, "the peer looks for a path and gets a URL")
        }
    }

    @Test func `no_proxy keeps a host from the proxy`() async {
        await #expect(processExitsWith: .success) {
            let peer = try PythonPeer()
            setenv("http_proxy", "http://proxy.invalid:3128", 1)
            setenv("no_proxy", "127.0.0.1", 1)
            let (response, _) = try await exchange(.get, try peer.url("/echo"), over: CurlTransport())
            #expect(response.status == 200)
        }
    }

    @Test func `a proxy whose name is unknown or whose URL is wrong is named, but not its password`() async {
        await #expect(processExitsWith: .success) {
            for proxy in [
                "http://user:s3cret@proxy.invalid:3128", "gopher://user:s3cret@127.0.0.1:3128",
                "http://user:s3cret",
            ] {
                setenv("http_proxy", proxy, 1)
                let url = try HTTPURL(parsing: "http://registry.invalid/")
                let error = await failure(of: url, over: try CurlTransport())
                #expect(error?.kind == .proxyFailed, "\(String(describing: error))")
                #expect(error?.detail.contains("s3cret") == false)
            }
        }
    }
}
