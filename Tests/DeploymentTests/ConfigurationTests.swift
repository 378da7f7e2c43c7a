import Deployment
import Diagnostics
import Testing

/// The plugin's configuration: texts that YAML reads as something else, and numbers that do not survive.
@Suite struct ConfigurationTests {
    private static let filter =
        "static_resources/listeners/0/filter_chains/0/filters/0/typed_config/http_filters/0/typed_config/config"

    /// Texts that are no JSON objects.
    static let texts = [
        "no", "1e3", "a: b", "a:\n\tb", "x\r\ny\n", "---", "--- |\n...", "# c", "", " ", "[1]", "\"a\"",
        "null",
        "{\"a\":}", "{\"a\":1,\"a\":2}", "é\u{2028}\u{85}\u{FEFF}", "%YAML 1.1", "!!binary x", "&a *a", "'",
        "\\",
    ]

    @Test("a text reaches Envoy unchanged, and is no object for Istio and Higress", arguments: texts)
    func text(text: String) throws {
        let plugin = try Deployments.plugin { (plugin) throws(Failure) in
            plugin.configuration = try PluginConfiguration(Array(text.utf8))
        }
        #expect(plugin.configuration?.text == text)
        #expect(try Deployments.documents(plugin, .envoy).count == 1)
        for kind in [DocumentKind.wasmplugin, .trafficextension, .higress] {
            let failure = #expect(throws: Failure.self) { try Deployments.documents(plugin, kind) }
            #expect(failure?.code == .usage)
        }
    }

    @Test func `Envoy Gateway's document warns of a text that is not JSON`() throws {
        let plugin = try Deployments.plugin { (plugin) throws(Failure) in
            plugin.configuration = try PluginConfiguration(Array("no".utf8))
        }
        let document = try EnvoyGatewayDocument(plugin).document()
        #expect(try Deployments.value("spec/wasm/0/config", of: document) == "\"no\"")
        #expect(document.warnings.count == 1)
    }

    static let numbers: [(json: String, istio: Int, gateway: Int, why: String)] = [
        (#"{"a":9007199254740992}"#, 0, 0, "2^53 is exact"),
        (#"{"a":9007199254740993}"#, 1, 0, "2^53 + 1; Envoy Gateway passes the JSON itself"),
        (#"{"a":[{"b":-9007199254740993}]}"#, 1, 0, "negative, and nested"),
        (#"{"a":18446744073709551616}"#, 1, 1, "beyond 64 bits, which this program cannot hold"),
        (#"{"a":0.1,"b":1e300}"#, 1, 1, "a large number without a fraction"),
        (#"{"a":"9007199254740993"}"#, 0, 0, "a text"),
    ]

    @Test("warns of integers beyond 2^53", arguments: numbers)
    func number(json: String, istio: Int, gateway: Int, why: String) throws {
        let plugin = try Deployments.plugin { (plugin) throws(Failure) in
            plugin.configuration = try PluginConfiguration(Array(json.utf8))
        }
        let counts: [(DocumentKind, Int)] = [
            (.wasmplugin, istio), (.trafficextension, istio), (.higress, istio), (.envoyGateway, gateway),
            (.envoy, 0),
        ]
        for (kind, count) in counts {
            let document = try #require(try Deployments.documents(plugin, kind).first)
            #expect(document.warnings.count == count, "\(why): \(kind): \(document.warnings)")
        }
    }

    static let bytes: [(bytes: [UInt8], why: String)] = [
        ([0xFF], "not UTF-8"), ([0x61, 0], "a NUL"),
        (Array(repeating: 0x20, count: 1024 * 1024 + 1), "too large"),
    ]

    @Test("rejects a configuration that is no text", arguments: bytes)
    func unusable(bytes: [UInt8], why: String) {
        #expect(throws: Failure.self, "\(why)") { try PluginConfiguration(bytes) }
    }
}
