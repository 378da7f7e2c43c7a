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

    static let meshes: [(product: String, minor: Int?, why: String)] = [
        ("Istio 1.26", 34, "the oldest that was looked up"), ("Istio 1.31", 39, "with WASI's 45 functions"),
        ("Istio 2.0", nil, "unknown"), ("ASM 1.26", nil, "Alibaba's own Envoy"),
        ("Envoy Gateway 1.5", 35, "the oldest that was looked up"), ("Envoy Gateway 1.9", 39, "the newest"),
        ("Envoy Gateway 1.4", nil, "unknown"), ("Higress 2.2", 36, "its fork"),
        ("Higress 2.3", nil, "unknown"),
    ]

    @Test("knows the Envoy in a release of a mesh", arguments: meshes)
    func mesh(product: String, minor: Int?, why: String) {
        #expect(EnvoyRelease.ofMesh(product)?.minor == minor, "\(why)")
    }

    @Test(
        "says in which releases a generation begins",
        arguments: [
            (EnvoyGeneration.baseline, "1.21"), (.year2025, "1.34"),
            (.year2026, "1.39 (Istio 1.31, Envoy Gateway 1.9)"),
        ]
    )
    func begins(generation: EnvoyGeneration, releases: String) {
        #expect(generation.firstReleases == releases)
    }
}
