import Deployment
import Diagnostics
import OCI
import Testing

/// The values of documents: names, labels, targets, versions and images.
@Suite struct ValueTests {
    static let names: [(text: String, isNamespace: Bool, isValid: Bool, why: String)] = [
        ("wasm-secret", false, true, "letters and a dash"),
        ("a.b-c.d1", false, true, "a subdomain"),
        ("a.b", true, false, "a namespace is one label"),
        ("0", true, true, "a digit"),
        ("", false, false, "nothing"),
        ("A", false, false, "an upper-case letter"),
        ("-a", false, false, "starts with a dash"),
        ("a-", false, false, "ends with a dash"),
        ("a..b", false, false, "an empty label"),
        ("a_b", false, false, "an underscore"),
        ("é", false, false, "not ASCII"),
        ("a\n", false, false, "a line end"),
        (String(repeating: "a", count: 63), true, true, "63 bytes"),
        (String(repeating: "a", count: 64), true, false, "64 bytes"),
        (String(repeating: "a", count: 253), false, true, "253 bytes"),
        (String(repeating: "a", count: 254), false, false, "254 bytes"),
    ]

    @Test("accepts exactly the names that Kubernetes accepts", arguments: names)
    func name(text: String, isNamespace: Bool, isValid: Bool, why: String) {
        let name = try? KubernetesName(parsing: text, as: isNamespace ? .namespace : .object, of: "--name")
        #expect((name?.description == text) == isValid, "\(why)")
    }

    static let repositories: [(repository: String, name: String)] = [
        ("team/header-auth", "header-auth"), ("a/b.c", "b-c"), ("a/x__y", "x--y"), ("plugin", "plugin"),
        ("a/" + String(repeating: "b", count: 80), String(repeating: "b", count: 63)),
    ]

    @Test("takes the name of the object from the repository", arguments: repositories)
    func nameOfPlugin(repository: String, name: String) {
        #expect(KubernetesName(ofPlugin: repository).description == name)
    }

    static let labels: [(text: String, isValid: Bool, why: String)] = [
        ("istio=ingressgateway", true, "a label"), ("app.kubernetes.io/name=x", true, "a prefix"),
        ("a=", true, "an empty value"), ("a=b=c", false, "= in a value"), ("a", false, "no value"),
        ("=b", false, "no key"), ("app=*", false, "a wildcard in the value"),
        ("*=a", false, "a wildcard in the key"), ("a=b c", false, "a space"),
        ("a=-b", false, "starts with -"),
        ("a/b/c=d", false, "two prefixes"), ("/a=b", false, "an empty prefix"), ("a/=b", false, "no name"),
        ("a=" + String(repeating: "v", count: 63), true, "63 characters"),
        ("a=" + String(repeating: "v", count: 64), false, "64 characters"), ("a=é", false, "not ASCII"),
    ]

    @Test("accepts exactly the labels that Istio accepts", arguments: labels)
    func label(text: String, isValid: Bool, why: String) {
        #expect(((try? WorkloadLabel(parsing: text)) != nil) == isValid, "\(why)")
    }

    static let targets: [(text: String, group: String?, why: String)] = [
        ("Gateway/eg", "gateway.networking.k8s.io", "the Gateway API"),
        ("gateway/eg", "gateway.networking.k8s.io", "kinds in any case"),
        ("Service/x", "", "the core group"), ("ServiceEntry/x", "networking.istio.io", "Istio's group"),
        ("TLSRoute/x", "gateway.networking.k8s.io", "a route"), ("Pod/x", nil, "no target"),
        ("Gateway", nil, "no name"), ("Gateway/a/b", nil, "two names"), ("Gateway/A", nil, "no valid name"),
    ]

    @Test("knows the group of each kind of target", arguments: targets)
    func target(text: String, group: String?, why: String) {
        #expect((try? PolicyTarget(parsing: text))?.group == group, "\(why)")
    }

    static let matches: [(text: String, mode: String?, ports: [Int64], why: String)] = [
        ("server", "SERVER", [], "a mode"), ("client:80,443", "CLIENT", [80, 443], "ports"),
        ("BOTH:1", "CLIENT_AND_SERVER", [1], "modes in any case"), ("server:65536", nil, [], "too large"),
        ("server:0", nil, [], "port 0"), ("server:", nil, [], "no port"), ("server:80,80", nil, [], "twice"),
        ("server:-1", nil, [], "negative"), ("80", nil, [], "no mode"), ("", nil, [], "nothing"),
    ]

    @Test("reads the traffic of --match", arguments: matches)
    func match(text: String, mode: String?, ports: [Int64], why: String) {
        let match = try? TrafficMatch(parsing: text)
        #expect(match?.mode == mode && (match?.ports ?? []) == ports, "\(why)")
    }

    static let versions: [(text: String, shown: String?, why: String)] = [
        ("istio@1.29", "Istio 1.29", "a version"), ("istio@1.29.3", "Istio 1.29", "a patch"),
        ("asm@v1.18.2.42-g1a2b-aliyun", "ASM 1.18", "ASM's own form"), ("istio", "Istio", "the newest"),
        ("envoy-gateway@v1.9.0", "Envoy Gateway 1.9", "a v"), ("higress@2.2", "Higress 2.2", "Higress"),
        ("istio@1", nil, "no minor number"), ("istio@", nil, "nothing"), ("istio@1.x", nil, "a letter"),
        ("istio@1.-1", nil, "negative"), ("istio@1.٣", nil, "not ASCII"), ("linkerd@2.1", nil, "unknown"),
        ("istio@1.99999999999999999999", nil, "too large"), ("", nil, "nothing"),
    ]

    @Test("reads a consumer and its version", arguments: versions)
    func version(text: String, shown: String?, why: String) {
        #expect((try? ConsumerVersion(parsing: text))?.description == shown, "\(why)")
    }

    static let images: [(reference: String, isPinned: Bool, url: String, comment: String?, why: String)] = [
        ("reg.example/a/b:v1", true, "oci://reg.example/a/b@DIGEST", "v1", "pinned, with the tag beside it"),
        ("reg.example/a/b:v1", false, "oci://reg.example/a/b:v1", nil, "by tag"),
        ("reg.example/a/b", false, "oci://reg.example/a/b:latest", nil, "no tag means latest, so say it"),
        (
            "registry/test-oci/x:v1", true, "oci://registry:443/test-oci/x@DIGEST", "v1",
            "a host without a dot"
        ),
        ("registry:5000/x:v1", true, "oci://registry:5000/x@DIGEST", "v1", "it has a port"),
        ("localhost/x:v1", true, "oci://localhost/x@DIGEST", "v1", "localhost is a host"),
        ("[::1]:5000/x:v1", true, "oci://[::1]:5000/x@DIGEST", "v1", "IPv6"),
        ("me/x:v1", true, "oci://docker.io/me/x@DIGEST", "v1", "Docker Hub"),
    ]

    @Test("writes a URL that proxies read as it is meant", arguments: images)
    func image(reference: String, isPinned: Bool, url: String, comment: String?, why: String) throws {
        let image = try Deployments.plugin(reference, isPinned: isPinned).image
        #expect(image.url == url.replacing("DIGEST", with: Deployments.digest), "\(why)")
        #expect(image.comment == comment, "\(why)")
    }
}
