import HTTPTransport
import Testing

@Suite struct HTTPURLResolvingTests {
    /// RFC 3986 §5.4.1 and §5.4.2, without rows for other schemes and without fragments.
    static let ofTheStandard: [(reference: String, becomes: String)] = [
        ("g", "http://a/b/c/g"),
        ("./g", "http://a/b/c/g"),
        ("g/", "http://a/b/c/g/"),
        ("/g", "http://a/g"),
        ("//g", "http://g/"),
        ("?y", "http://a/b/c/d;p?y"),
        ("g?y", "http://a/b/c/g?y"),
        ("#s", "http://a/b/c/d;p?q"),
        ("g#s", "http://a/b/c/g"),
        ("g?y#s", "http://a/b/c/g?y"),
        (";x", "http://a/b/c/;x"),
        ("g;x", "http://a/b/c/g;x"),
        ("g;x?y#s", "http://a/b/c/g;x?y"),
        ("", "http://a/b/c/d;p?q"),
        (".", "http://a/b/c/"),
        ("./", "http://a/b/c/"),
        ("..", "http://a/b/"),
        ("../", "http://a/b/"),
        ("../g", "http://a/b/g"),
        ("../..", "http://a/"),
        ("../../", "http://a/"),
        ("../../g", "http://a/g"),
        ("../../../g", "http://a/g"),
        ("../../../../g", "http://a/g"),
        ("/./g", "http://a/g"),
        ("/../g", "http://a/g"),
        ("g.", "http://a/b/c/g."),
        (".g", "http://a/b/c/.g"),
        ("g..", "http://a/b/c/g.."),
        ("..g", "http://a/b/c/..g"),
        ("./../g", "http://a/b/g"),
        ("./g/.", "http://a/b/c/g/"),
        ("g/./h", "http://a/b/c/g/h"),
        ("g/../h", "http://a/b/c/h"),
        ("g;x=1/./y", "http://a/b/c/g;x=1/y"),
        ("g;x=1/../y", "http://a/b/c/y"),
        ("g?y/./x", "http://a/b/c/g?y/./x"),
        ("g?y/../x", "http://a/b/c/g?y/../x"),
        ("g#s/./x", "http://a/b/c/g"),
    ]

    @Test("resolves references like RFC 3986", arguments: ofTheStandard)
    func standard(reference: String, becomes: String) throws {
        let base = try HTTPURL(parsing: "http://a/b/c/d;p?q")
        #expect(try base.resolving(reference).description == becomes)
    }

    static let ofRegistries: [(reference: String, becomes: String, why: String)] = [
        (
            "/v2/a/blobs/uploads/1?_state=a%2Bb%3D%3d",
            "https://r:5000/v2/a/blobs/uploads/1?_state=a%2Bb%3D%3d", "byte for byte"
        ),
        ("https://r:5000/u/1?s=%2f", "https://r:5000/u/1?s=%2f", "absolute, same host"),
        (
            "https://storage.example/b?X-Sig=a/../b", "https://storage.example/b?X-Sig=a/../b",
            "a signed URL elsewhere"
        ),
        ("http://r/u", "http://r/u", "a downgrade is for the caller to judge"),
        ("//other/u?x", "https://other/u?x", "without a scheme"),
        ("?n=2&last=b", "https://r:5000/v2/a/tags/list?n=2&last=b", "only a query"),
        ("?", "https://r:5000/v2/a/tags/list?", "an empty query"),
        ("https://h/a/../b", "https://h/b", "dot segments of an absolute one"),
        ("/a/%2e%2e/b", "https://r:5000/a/%2e%2e/b", "encoded dots are not dots"),
        ("/a//b/", "https://r:5000/a//b/", "an empty segment is a segment"),
        ("a/b:c", "https://r:5000/v2/a/tags/a/b:c", "a colon behind a slash is no scheme"),
        ("?x=http://h/", "https://r:5000/v2/a/tags/list?x=http://h/", "a URL in a query is no scheme"),
    ]

    @Test("resolves a registry's references against the request's URL", arguments: ofRegistries)
    func registries(reference: String, becomes: String, why: String) throws {
        let base = try HTTPURL(parsing: "https://r:5000/v2/a/tags/list?n=1")
        #expect(try base.resolving(reference).description == becomes, "\(why)")
    }

    static let rejected: [(reference: String, why: String)] = [
        ("file:///etc/passwd", "another scheme"),
        ("gopher://h/", "another scheme"),
        ("http:g", "the old form without slashes (RFC 3986 §5.4.2, strict)"),
        ("http:///g", "no host"),
        ("///g", "no host"),
        ("//", "no host"),
        ("//user@h/", "a user name"),
        ("https://user:word@h/", "a password"),
        ("a:b", "an unknown scheme"),
        ("/a b", "a space"),
        ("/a\r\nX: y", "header injection"),
        ("/ü", "not ASCII"),
        ("//h:0/", "port 0"),
    ]

    @Test("rejects references to unsupported URLs", arguments: rejected)
    func rejection(reference: String, why: String) throws {
        let base = try HTTPURL(parsing: "https://r:5000/v2/")
        let error = #expect(throws: TransferError.self, "\(why)") { try base.resolving(reference) }
        #expect(error?.kind == .invalidURL)
    }
}
