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
        "null", "[section]\nkey = 1", "[a.b-c_1]", "[[routes]]\na = 1", "[section] # comment", "[ a b ] ",
        "é\u{2028}\u{85}\u{FEFF}", "%YAML 1.1", "!!binary x",
        "&a *a", "'",
        "\\",
    ]

    @Test("a text reaches Envoy unchanged, and is no object for Istio and Higress", arguments: texts)
    func text(text: String) throws {
        let plugin = try Deployments.plugin { (plugin) throws(Failure) in
            plugin.configuration = try PluginConfiguration(Array(text.utf8))
        }
        #expect(plugin.configuration?.text == text)
        #expect(
            try Deployments.value(Self.filter + "/configuration/value", of: EnvoyBootstrap(plugin).document())
                == Deployments.json(text)
        )
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

    static let broken: [(text: String, phrase: String, why: String)] = [
        ("{\"a\":}", "a value is expected, at line 1, column 6", "no value"),
        ("{\"a\":1,}", "a key is expected, at line 1, column 8", "a comma too many"),
        (" \n[1,2", "\",\" or \"]\" is expected, at line 2, column 5", "cut off, after a line"),
        ("{\"a\":1,\"a\":2}", "the key \"a\" is a duplicate, at line 1, column 8", "a key twice"),
        ("[a", "\"a\" is not a value, at line 1, column 2", "no section of TOML"),
        ("{{ template }}", "a key is expected, at line 1, column 2", "a template that was not filled in"),
    ]

    @Test("rejects a text that starts like JSON and is not JSON, for every kind", arguments: broken)
    func brokenJSON(text: String, phrase: String, why: String) throws {
        let plugin = try Deployments.plugin { (plugin) throws(Failure) in
            plugin.configuration = try PluginConfiguration(Array(text.utf8))
        }
        for kind in [DocumentKind.wasmplugin, .trafficextension, .higress, .envoyGateway, .envoy] {
            let failure = #expect(throws: Failure.self, "\(why): \(kind)") {
                try Deployments.documents(plugin, kind)
            }
            #expect(
                failure?.code == .usage && failure?.message == "--plugin-config is not valid JSON",
                "\(why)"
            )
            #expect(failure?.why?.contains(phrase) == true, "\(why): \(String(describing: failure))")
        }
    }

    static let outOfRange: [(json: String, place: String, why: String)] = [
        (#"{"a":1e400}"#, "1e400 at .a", "beyond a float"),
        (#"{"a":{"b":[0,-1e999]}}"#, "-1e999 at .a.b[1]", "negative, and nested"),
        (#"{"a":123456789012345678901234567890}"#, "123456789012345678901234567890 at .a", "30 digits"),
        (#"{"a":9223372036854775808}"#, "9223372036854775808 at .a", "2^63"),
        (#"{"a":1e-400}"#, "1e-400 at .a", "too small for a float"),
        (
            #"{"a":1e99999999999999999999}"#, "1e99999999999999999999 at .a",
            "the exponent does not fit either"
        ),
        (
            #"{"a":1e-9223372036854775808}"#, "1e-9223372036854775808 at .a",
            "the exponent is the smallest integer"
        ),
        (
            #"{"a":1e9223372036854775807}"#, "1e9223372036854775807 at .a",
            "the exponent is the largest integer"
        ),
    ]

    @Test("rejects a number that Kubernetes would change, and Envoy alone passes it", arguments: outOfRange)
    func unkept(json: String, place: String, why: String) throws {
        let plugin = try Deployments.plugin { (plugin) throws(Failure) in
            plugin.configuration = try PluginConfiguration(Array(json.utf8))
        }
        for kind in [DocumentKind.wasmplugin, .trafficextension, .higress, .envoyGateway] {
            let failure = #expect(throws: Failure.self, "\(why)") { try Deployments.documents(plugin, kind) }
            #expect(
                failure?.message.hasSuffix("cannot be kept: " + place) == true,
                "\(why): \(kind): \(String(describing: failure))"
            )
        }
        let document = try EnvoyBootstrap(plugin).document()
        #expect(
            try Deployments.value(Self.filter + "/configuration/value", of: document)
                == Deployments.json(json)
        )
    }

    @Test func `a text that is the name of a file has a hint in every kind`() throws {
        let plugin = try Deployments.plugin { (plugin) throws(Failure) in
            plugin.configuration = try PluginConfiguration(Array("c.json".utf8), fileExists: true)
        }
        for kind in [DocumentKind.wasmplugin, .trafficextension, .higress] {
            let failure = #expect(throws: Failure.self) { try Deployments.documents(plugin, kind) }
            #expect(failure?.hints.first?.hasPrefix("use --plugin-config @c.json") == true, "\(kind)")
        }
        for kind in [DocumentKind.envoyGateway, .envoy] {
            let document = try #require(try Deployments.documents(plugin, kind).first)
            #expect(document.warnings.contains { $0.contains("@c.json reads the file") }, "\(kind)")
        }
    }

    static let numbers: [(json: String, istio: Int, gateway: Int, why: String)] = [
        (#"{"a":9007199254740992}"#, 0, 0, "2^53 is exact"),
        (#"{"a":9007199254740993}"#, 1, 0, "2^53 + 1; Envoy Gateway passes the JSON itself"),
        (#"{"a":[{"b":-9007199254740993}]}"#, 1, 0, "negative, and nested"),
        (#"{"a":0.1,"b":1e300,"c":1.50,"d":100e-2,"e":0.0,"f":-0.25E+3}"#, 0, 0, "floats, in any spelling"),
        (#"{"a":0.12345678901234567890}"#, 1, 1, "more digits than a float has"),
        (#"{"a":12345678901234567.5}"#, 1, 1, "a large number with a fraction"),
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
