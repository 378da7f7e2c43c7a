import ProxyWasm
import Testing

/// Which releases of meshes ship which Envoy.
@Suite struct EnvoyReleaseTests {
    static let versions: [(version: String, products: [String], why: String)] = [
        ("1.34.0", ["Istio 1.26"], "before Envoy Gateway 1.5"),
        ("1.36.4", ["Istio 1.28", "Envoy Gateway 1.6", "Higress 2.2"], "three meshes"),
        ("1.38.4-dev", ["Istio 1.30", "Envoy Gateway 1.8"], "a build of a mesh"),
        ("1.39.3", ["Istio 1.31", "Envoy Gateway 1.9"], "the newest"),
        ("1.40.0", [], "in no mesh yet"), ("1.3.60", [], "another minor number"),
        ("2.36.0", [], "another Envoy"),
        ("", [], "nothing"),
    ]

    @Test("names the releases that ship a version", arguments: versions)
    func products(version: String, products: [String], why: String) {
        #expect(EnvoyRelease.products(shipping: version) == products, "\(why)")
    }
}
