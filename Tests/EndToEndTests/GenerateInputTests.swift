import Foundation
import TestSupport
import Testing

/// `generate` with invalid values: the correct exit status, one explained error, and nothing on standard output.
@Suite(.timed, .timeLimit(.minutes(5))) struct GenerateInputTests {
    /// A digest in the reference needs no registry.
    private static let image =
        "registry.example.com/team/header-auth:v1@sha256:"
        + "f7b5f7bb15535fbd1c390f8537fccda1a6847b9fbe666ff263a8d665c541a6e8"

    static let rejections: [(arguments: [String], phrases: [String], why: String)] = [
        (["wasmplugin", "IMAGE", "--name", "My_Plugin"], ["--name my-plugin"], "no Kubernetes name"),
        (["wasmplugin", "IMAGE", "--name", ""], ["not a valid Kubernetes name"], "an empty name"),
        (
            ["wasmplugin", "IMAGE", "--namespace", "istio.system"], ["--namespace istio-system"],
            "a namespace has no dots"
        ),
        (["wasmplugin", "IMAGE", "--pull-secret", "a b"], ["--pull-secret a-b"], "no name of a Secret"),
        (["wasmplugin", "IMAGE", "--selector", "app=*"], ["has a wildcard"], "Istio has no wildcards"),
        (["wasmplugin", "IMAGE", "--selector", "*"], ["has a wildcard"], "no label"),
        (["wasmplugin", "IMAGE", "--selector", "=x"], ["KEY=VALUE"], "no key"),
        (
            ["wasmplugin", "IMAGE", "--selector", "app=a", "--selector", "app=b"], ["given twice"],
            "a label has one value"
        ),
        (
            ["wasmplugin", "IMAGE", "--plugin-config", "no"], ["not a JSON object"],
            "text in place of an object"
        ),
        (["wasmplugin", "IMAGE", "--plugin-config", "[1]"], ["but not an object"], "a list"),
        (["higress", "IMAGE", "--plugin-config", "\"a\""], ["but not an object"], "a string"),
        (
            ["wasmplugin", "IMAGE", "--plugin-config", "{\"a\":}"], ["not valid JSON", "column 6"],
            "broken JSON"
        ),
        (["envoy-gateway", "IMAGE", "--plugin-config", "{\"a\":1,}"], ["not valid JSON"], "broken JSON"),
        (["envoy", "IMAGE", "--plugin-config", "[1,"], ["not valid JSON"], "broken JSON"),
        (
            ["higress", "IMAGE", "--plugin-config", "{\"a\":1e400}"], ["1e400 at .a"],
            "no number for Kubernetes"
        ),
        (["wasmplugin", "IMAGE", "--selector", "a=b,c=d"], ["--selector a=b --selector c=d"], "a list"),
        (["wasmplugin", "IMAGE", "--target", "Gateway/UPPER"], ["try: --target Gateway/upper"], "no name"),
        (
            ["higress", "IMAGE", "--selector", "app=a"], ["wasmplugin, trafficextension"],
            "Higress has no selector; the kinds that have one are named"
        ),
        (["envoy-gateway", "IMAGE", "--phase", "AUTHN"], ["does not apply"], "no phases"),
        (["wasmplugin", "IMAGE", "--module", "/x"], ["the only kind that has it is envoy"], "no path"),
        (
            ["trafficextension", "IMAGE", "--for", "istio@1.29"], ["Istio 1.29 has no TrafficExtension"],
            "new in 1.30"
        ),
        (
            ["wasmplugin", "IMAGE", "--for", "istio@1.26", "--fail-strategy", "reload"],
            ["new in Istio 1.27"], "new in 1.27"
        ),
        (["wasmplugin", "IMAGE", "--for", "istio@x"], ["MAJOR.MINOR"], "no version"),
        (["envoy", "IMAGE", "--namespace", "x"], ["kinds that have it are wasmplugin"], "no namespace"),
        (["wasmplugin", "IMAGE", "--plugin-config", "@"], ["names no file"], "a path is missing"),
        (
            [
                "kustomization", "IMAGE", "-o", "k", "--with", "pull-secret", "--pull-secret", "s", "--env",
                "A",
            ],
            ["--env does not apply to pull-secret"], "a Secret has no variables"
        ),
        (["wasmplugin", "IMAGE", "--for", "higress"], ["read by istio, asm"], "another kind's consumer"),
        (["wasmplugin", "IMAGE", "--root-id", ""], ["1 to 256 characters"], "an empty root ID"),
        (["wasmplugin", "IMAGE", "--env", "A", "--env", "A=1"], ["given twice"], "one variable"),
        (["wasmplugin", "IMAGE", "--pull-policy", "Never"], ["image-volume"], "only volumes have it"),
        (["wasmplugin", "DIGEST", "--no-pin"], ["--no-pin needs a tag"], "only a digest"),
        (["envoy-gateway", "IMAGE", "--fail-strategy", "reload"], ["wasmplugin"], "no reload"),
        (
            ["wasmplugin", "IMAGE", "--plugin-config", "a\tb: 1\r\n---\n"], ["not a JSON object"],
            "YAML's traps"
        ),
        (["wasmplugin", "IMAGE", "--for", "linkerd@2"], ["is not a known consumer"], "another mesh"),
        (["wasmplugin", "IMAGE", "--match", "server:0"], ["1 to 65535"], "port 0"),
        (["wasmplugin", "IMAGE", "--match", "in:80"], ["client, server or both"], "no mode"),
        (["wasmplugin", "IMAGE", "--target", "Pod/x"], ["cannot be of the kind"], "no target"),
        (
            ["envoy-gateway", "IMAGE", "--target", "Service/x"],
            ["Envoy Gateway accepts", "kinds that have Service are wasmplugin"], "Istio's target"
        ),
        (["wasmplugin", "IMAGE", "--target", "HTTPRoute/x"], ["Istio accepts"], "Envoy Gateway's target"),
        (
            ["wasmplugin", "IMAGE", "--target", "Gateway/x", "--selector", "a=b"],
            ["cannot be used together"],
            "one of both"
        ),
        (
            ["envoy-gateway", "IMAGE", "--env", "A=1"], ["by name only", "kinds with values are wasmplugin"],
            "values are not passed"
        ),
        (["wasmplugin", "TAGGED"], ["a tag cannot be pinned offline"], "no digest"),
        (["wasmplugin", "team/header-auth"], ["registry"], "no registry"),
        (["kustomization", "IMAGE", "-o", "k"], ["--with is missing"], "no kind"),
        (["kustomization", "IMAGE", "-o", "k", "--with", "envoy"], ["cannot contain envoy"], "no object"),
        (["kustomization", "IMAGE", "-o", "k", "--with", "pull-secret"], ["--pull-secret NAME"], "no name"),
    ]

    @Test("rejects a value before anything is printed or written", arguments: rejections)
    func rejected(arguments: [String], phrases: [String], why: String) async throws {
        let work = try Workspace()
        let words = arguments.map {
            $0.replacing("IMAGE", with: Self.image).replacing(
                "DIGEST",
                with: Self.image.replacing(":v1@", with: "@")
            ).replacing("TAGGED", with: "registry.example.com/a/b:v1")
        }
        let run = try await work.start(["generate"] + words + ["--offline"]).wait()
        #expect(run.status == 64, "\(why): \(run)")
        #expect(run.outputText.isEmpty, "\(why): \(run)")
        for phrase in phrases { #expect(run.errorText.contains(phrase), "\(why): \(run)") }
        #expect(try work.names() == ["home"], "\(why)")
    }
}
