import Deployment
import OCI
import Testing

/// The bootstrap of a plain Envoy that fetches the module.
@Suite struct EnvoyBootstrapTests {
    static let paths: [(path: String?, word: String, why: String)] = [
        (nil, "/etc/envoy/plugin.wasm", "the usual path"), ("/srv/a.wasm", "/srv/a.wasm", "the given path"),
        ("/srv/a b.wasm", "plugin.wasm", "a path that a shell would split"),
        ("/srv/$(x).wasm", "plugin.wasm", "a path that a shell would run"),
    ]

    @Test(
        "a comment says how to write the file: by digest, in lines of 80 columns",
        arguments: paths
    )
    func file(path: String?, word: String, why: String) throws {
        let plugin = try Deployments.plugin { $0.modulePath = path }
        let reason =
            "the module is in a layer of the image, which Envoy cannot unpack; it can fetch a bare module"
        let document = try EnvoyBootstrap(plugin, from: .file(why: reason)).document()
        let command = "  wasmpack pull reg.example/team/auth@\(Deployments.digest) -o \(word)"
        #expect(document.comments.contains(command), "\(why): \(document.comments)")
        let sentence = document.comments.prefix { $0 != "To write it:" }
        #expect(sentence == ["Envoy reads the module from a file, because \(reason)."])
    }

    static let hosts: [(host: String, usesTLS: Bool, type: String, san: String?, why: String)] = [
        (
            "reg.example", true, #""STRICT_DNS""#, #"{"matcher":{"exact":"reg.example"},"san_type":"DNS"}"#,
            "TLS"
        ),
        ("reg.example", false, #""STRICT_DNS""#, nil, "plain HTTP"),
        (
            "127.0.0.1", true, #""STATIC""#, #"{"matcher":{"exact":"127.0.0.1"},"san_type":"IP_ADDRESS"}"#,
            "an address"
        ),
    ]

    @Test("the certificate is verified for the host, and the module by its digest", arguments: hosts)
    func remote(host: String, usesTLS: Bool, type: String, san: String?, why: String) throws {
        let module = RemoteModule(
            url: "x://\(host)/v2/a/blobs/\(Deployments.digest)",
            host: host,
            port: 5000,
            usesTLS: usesTLS,
            digest: try Digest(parsing: Deployments.digest)
        )
        let document = try EnvoyBootstrap(try Deployments.plugin(), from: .url(module)).document()
        let cluster = "static_resources/clusters/1"
        #expect(try Deployments.value("\(cluster)/type", of: document) == type, "\(why)")
        let family = try Deployments.value("\(cluster)/dns_lookup_family", of: document)
        #expect(family == (type == #""STATIC""# ? nil : #""V4_PREFERRED""#), "\(why)")
        let validation = "\(cluster)/transport_socket/typed_config/common_tls_context/validation_context"
        #expect(
            try Deployments.value("\(validation)/match_typed_subject_alt_names/0", of: document) == san,
            "\(why)"
        )
        let filters = "static_resources/listeners/0/filter_chains/0/filters/0/typed_config/http_filters"
        let remote = "\(filters)/0/typed_config/config/vm_config/code/remote"
        #expect(
            try Deployments.value("\(remote)/sha256", of: document)
                == "\"\(Deployments.digest.dropFirst(7))\"",
            "\(why)"
        )
    }

    @Test func `the reason why Envoy reads a file is a comment`() throws {
        let document = try EnvoyBootstrap(try Deployments.plugin(), from: .file(why: "it is so")).document()
        #expect(document.comments.contains { $0.contains("because it is so.") })
    }
}
