import Foundation
import TestSupport
import Testing

/// From the module to the proxy, with the documents that `generate` writes in between.
///
/// There is no cluster here: kubectl reads the documents without an API server, and Envoy runs without a mesh.
@Suite(
    .timed,
    .timeLimit(.minutes(5)),
    .enabled(if: Envoy.isExpected && RegistryPeer.isExpected && Kubernetes.isExpected, Kubernetes.whySkipped)
)
struct DeploymentStoryTests {
    private static let teapot = "-=[ teapot ]=-"
    private static let rejection = "Forbidden by ASM Wasm Plugin 403"

    /// Requests the teapot through a proxy; returns the body and the status.
    private func request(_ work: Workspace, _ envoy: Envoy, _ header: String? = nil) async throws -> String {
        let headers = header.map { ["-H", $0] } ?? []
        let run = try await RunningProgram(
            "/usr/bin/env",
            ["curl", "-sS", "-w", " %{http_code}", envoy.url + "status/418"] + headers,
            environment: work.environment,
            in: work.folder
        ).wait()
        #expect(run.status == 0, "\(run)")
        return run.outputText
    }

    @Test
    func `a plugin is built, pushed, described for the mesh, pulled with its Secret, and runs in Envoy`()
        async throws
    {
        let work = try Workspace()
        // Anonymous pulls are denied.
        let registry = try await RegistryPeer.start(.token, tokens: ["--anonymous", "none"])
        let access = try registry.access(work)
        let reference = "\(registry.name)/test-oci/header-authorization:v0.0.1"
        func wasmpack(_ arguments: [String]) async throws -> CommandLineRun {
            let run = try await RunningProgram(
                Workspace.program,
                arguments + access.flags,
                environment: work.environment,
                input: access.input,
                in: work.folder
            ).wait()
            try #require(run.status == 0, "\(arguments): \(run)")
            return run
        }

        try work.write(Modules.plugin, to: "plugin.wasm")
        let built = try await work.run("build", "plugin.wasm", "-t", reference)
        #expect(built.status == 0, "\(built)")
        let pushed = try await wasmpack(["push", reference])

        let make = [
            "generate", "pull-secret", reference, "--name", "wasm-secret", "--namespace", "istio-system",
        ]
        let secret = try await wasmpack(make)
        let plugin = try await wasmpack([
            "generate", "wasmplugin", reference, "--phase", "AUTHN", "--selector", "istio=ingressgateway",
            "--pull-secret", "wasm-secret",
        ])
        try await work.expectValid(plugin.outputText, "wasmplugin")
        let pinned = pushed.outputText.trimmingCharacters(in: .newlines)
        let expected: NSDictionary = [
            "apiVersion": "extensions.istio.io/v1alpha1", "kind": "WasmPlugin",
            "metadata": ["name": "header-authorization", "namespace": "istio-system"],
            "spec": [
                "selector": ["matchLabels": ["istio": "ingressgateway"]], "phase": "AUTHN",
                "imagePullSecret": "wasm-secret", "url": "oci://\(pinned)",
            ],
        ]
        #expect(try await work.readByKubectl(plugin.outputText) == [expected])

        // kustomize reads both as they are, too.
        try work.write(plugin.outputBytes, to: "deploy/wasmplugin.yaml")
        try work.write(secret.outputBytes, to: "deploy/pull-secret.yaml")
        try work.write(
            Array("resources: [wasmplugin.yaml, pull-secret.yaml]\n".utf8),
            to: "deploy/kustomization.yaml"
        )
        let kustomized = try await work.other(Kubernetes.kubectl, "kustomize", "deploy")
        #expect(kustomized.status == 0, "\(kustomized)")
        let objects = try await work.readByKubectl(kustomized.outputText)
        let given = try await work.readByKubectl(secret.outputText) + [expected]
        #expect(objects.count == 2 && given.allSatisfy(objects.contains))

        // The Secret alone is enough to pull, and without it nothing is.
        let object = try await work.other(
            Kubernetes.kubectl,
            "label",
            "--local",
            "-f",
            "-",
            "x=y",
            "-o",
            "json",
            input: secret.outputText
        )
        try work.write(object.outputBytes, to: "secret.json")
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o600],
            ofItemAtPath: work.path("secret.json")
        )
        let pull = ["pull", reference, "-o", "pulled.wasm"] + access.trust
        let anonymous = try await work.start(pull).wait()
        #expect(anonymous.status == 77, "\(anonymous)")
        let pulled = try await work.start(pull + ["--authfile", "secret.json"]).wait()
        #expect(pulled.status == 0, "\(pulled)")
        #expect(try work.bytes(of: "pulled.wasm") == Modules.plugin)

        let bootstrap = try await wasmpack([
            "generate", "envoy", reference, "--module", work.path("pulled.wasm"),
        ])
        try work.write(bootstrap.outputBytes, to: "envoy.yaml")
        let envoy = try await Envoy(configuredBy: work.path("envoy.yaml"))
        #expect(try await request(work, envoy) == Self.rejection)
        #expect(try await request(work, envoy, "allow: false") == Self.rejection)
        let allowed = try await request(work, envoy, "allow: true")
        #expect(allowed.contains(Self.teapot) && allowed.hasSuffix(" 418"), "\(allowed)")
        let log = try String(contentsOfFile: envoy.log, encoding: .utf8)
        let line = "request header: 'allow' is false, only true can passthrough"
        #expect(log.split(separator: "\n").contains { $0.contains("[debug]") && $0.contains(line) }, "\(log)")
    }

    static let sources: [(kind: RegistryPeer.Authentication, format: String, reason: String?)] = [
        (.open, "artifact", nil), (.open, "wasm", nil), (.open, "image", "in a layer of the image"),
        (.token, "artifact", "requires credentials or a token"),
    ]

    @Test(
        "Envoy fetches a bare module of a registry without credentials, and reads a file otherwise",
        arguments: sources.indices
    )
    func remote(number: Int) async throws {
        let (kind, format, reason) = Self.sources[number]
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(kind, usesTLS: kind == .token)
        let flags = kind == .token ? try registry.access(work).flags : []
        let input = registry.password + "\n"
        let reference = "\(registry.name)/\(work.namespace)/plugin:v1"
        try work.write(Modules.plugin, to: "plugin.wasm")
        let built = try await work.run("build", "plugin.wasm", "-t", reference, "--format", format)
        #expect(built.status == 0, "\(built)")
        let pushed = try await work.start(["push", reference] + flags, input: input).wait()
        #expect(pushed.status == 0, "\(pushed)")
        let run = try await work.start(["generate", "envoy", reference] + flags, input: input).wait()
        #expect(run.status == 0, "\(run)")
        if let reason {
            #expect(run.outputText.replacing("\n# ", with: " ").contains(reason), "\(run)")
            #expect(run.outputText.contains("filename: /etc/envoy/plugin.wasm"), "\(run)")
            return
        }
        #expect(
            run.outputText.contains("uri: \"http://\(registry.name)/v2/")
                || run.outputText.contains("uri: http://\(registry.name)/v2/"),
            "\(run)"
        )
        try work.write(run.outputBytes, to: "envoy.yaml")
        let envoy = try await Envoy(configuredBy: work.path("envoy.yaml"))
        let plain = try await request(work, envoy)
        #expect(plain == Self.rejection, "\(plain)")
        #expect(try await request(work, envoy, "allow: true").hasSuffix(" 418"))
    }

    static let releases: [(kind: String, version: String?, status: Int32, phrase: String?, why: String)] = [
        ("wasmplugin", nil, 0, "that Envoy has only since 1.39", "a warning: the version is not known"),
        ("wasmplugin", "istio@1.30", 1, "that Istio 1.30 (Envoy 1.38) lacks", "before the functions"),
        ("wasmplugin", "istio@1.31", 0, nil, "the first with them"),
        ("envoy-gateway", "envoy-gateway@1.8", 1, "that Envoy Gateway 1.8 (Envoy 1.38) lacks", "before"),
        ("envoy-gateway", "envoy-gateway@1.9", 0, nil, "the first with them"),
        ("higress", "higress@2.2", 1, "that Higress 2.2 (Envoy 1.36) lacks", "before them"),
        ("envoy", "envoy@1.38", 1, "that Envoy 1.38 lacks", "before them"),
        ("envoy", "envoy@1.39", 0, nil, "after"),
        ("kustomization", "istio@1.30", 1, "that Istio 1.30 (Envoy 1.38) lacks", "one of its kinds"),
        ("wasmplugin", "asm@1.20", 0, "that Envoy has only since 1.39", "ASM's Envoy is not known"),
    ]

    @Test("a version rejects a module whose imports its Envoy lacks", arguments: releases.indices)
    func release(number: Int) async throws {
        let (kind, version, status, phrase, why) = Self.releases[number]
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open, usesTLS: false)
        let reference = "\(registry.name)/\(work.namespace)/plugin:v1"
        try work.write(Modules.needingNewerEnvoy, to: "plugin.wasm")
        let pushed = try await work.run("push", reference, "plugin.wasm")
        #expect(pushed.status == 0, "\(pushed)")
        let options =
            (version.map { ["--for", $0] } ?? []) + (kind == "kustomization" ? Self.kustomized : [])
        let run = try await work.start(["generate", kind, reference] + options).wait()
        #expect(run.status == status, "\(why): \(run)")
        #expect(run.outputText.isEmpty == (status != 0), "\(why): \(run)")
        #expect(run.errorText.contains("imports functions") == (phrase != nil), "\(why): \(run)")
        if let phrase { #expect(run.errorText.contains(phrase), "\(why): \(run)") }
        #expect(!work.exists("k"), "\(why)")
    }

    static let types: [(module: [UInt8], arguments: [String], phrase: String?, why: String)] = [
        (Modules.network, ["wasmplugin", "REF"], "use --type network", "HTTP is the default"),
        (Modules.network, ["trafficextension", "REF", "--type", "http"], "use --type network", "said"),
        (Modules.network, ["wasmplugin", "REF", "--type", "network"], nil, "right"),
        (Modules.network, ["envoy", "REF"], "use --type network", "plain Envoy"),
        (Modules.network, ["envoy-gateway", "REF"], "runs HTTP plugins only", "it has no type"),
        (Modules.network, ["higress", "REF"], "runs HTTP plugins only", "it has no type"),
        (Modules.network, ["image-volume", "REF"], nil, "it runs nothing"),
        (
            Modules.network, ["kustomization", "REF", "-o", "k", "--with", "higress"],
            "runs HTTP plugins only", "one of its kinds"
        ),
        (Modules.tiny, ["wasmplugin", "REF", "--type", "network"], nil, "no callbacks, so it is not known"),
    ]

    @Test("warns of a type that the module has no callbacks for", arguments: types.indices)
    func type(number: Int) async throws {
        let (module, arguments, phrase, why) = Self.types[number]
        try await expectTypeWarning(module, arguments, phrase, why)
    }

    @Test(
        "warns of an HTTP module as a network plugin",
        arguments: ["wasmplugin", "trafficextension", "envoy"]
    )
    func httpModule(kind: String) async throws {
        let network = [kind, "REF", "--type", "network"]
        try await expectTypeWarning(
            Modules.plugin,
            network,
            "omit --type network",
            "the module reads headers"
        )
        try await expectTypeWarning(Modules.plugin, [kind, "REF"], nil, "HTTP is right")
    }

    private func expectTypeWarning(_ module: [UInt8], _ arguments: [String], _ phrase: String?, _ why: String)
        async throws
    {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open, usesTLS: false)
        let reference = "\(registry.name)/\(work.namespace)/plugin:v1"
        try work.write(module, to: "plugin.wasm")
        let pushed = try await work.run("push", reference, "plugin.wasm")
        #expect(pushed.status == 0, "\(pushed)")
        let run = try await work.start(["generate"] + arguments.map { $0 == "REF" ? reference : $0 }).wait()
        #expect(run.status == 0, "\(why): \(run)")
        #expect(run.errorText.contains("so it would do nothing") == (phrase != nil), "\(why): \(run)")
        if let phrase { #expect(run.errorText.contains(phrase), "\(why): \(run)") }
    }

    private static let kustomized = ["-o", "k", "--with", "higress", "--with", "wasmplugin"]

    @Test func `an image that is missing or that a proxy would reject gives no document`() async throws {
        let work = try Workspace()
        let registry = try await RegistryPeer.shared(.open, usesTLS: false)
        let repository = "\(registry.name)/\(work.namespace)/plugin"
        try work.write(Modules.plugin, to: "plugin.wasm")
        for (format, tag) in [("wasm", "wasm"), ("image", "v1")] {
            let built = try await work.run(
                "build",
                "plugin.wasm",
                "-t",
                "\(repository):\(tag)",
                "--format",
                format,
                "--layout",
                tag
            )
            #expect(built.status == 0, "\(built)")
            let pushed = try await work.run("push", "\(repository):\(tag)", tag)
            #expect(pushed.status == 0, "\(pushed)")
        }
        let zeros = String(repeating: "0", count: 64)
        let rows: [(arguments: [String], status: Int32, phrase: String)] = [
            (["wasmplugin", "\(repository):v2"], 66, "no tag v2"),
            (["wasmplugin", "\(repository)@sha256:\(zeros)"], 66, "no manifest"),
            (["wasmplugin", "\(repository):wasm"], 1, "would not be loaded: "),
            (["higress", "\(repository):wasm"], 1, "is not supported"),
            (["envoy-gateway", "\(repository):wasm"], 1, "is not supported"),
            (["image-volume", "\(repository):wasm"], 1, "cannot be mounted"),
            (
                ["kustomization", "\(repository):wasm", "--with", "wasmplugin", "-o", "k"], 1,
                "is not supported"
            ),
        ]
        for (arguments, status, phrase) in rows {
            let run = try await work.start(["generate"] + arguments).wait()
            #expect(run.status == status, "\(arguments): \(run)")
            #expect(run.outputText.isEmpty, "\(arguments): \(run)")
            #expect(run.errorText.contains(phrase), "\(arguments): \(run)")
        }
        #expect(!work.exists("k"))
        for kind in ["wasmplugin", "trafficextension", "envoy-gateway", "higress", "image-volume"] {
            let run = try await work.run("generate", kind, "\(repository):v1")
            #expect(run.status == 0, "\(run)")
            #expect(run.errorText.split(separator: "\n").allSatisfy { !$0.contains("warning") }, "\(run)")
            let byTag = try await work.run("generate", kind, "\(repository):v1", "--no-pin")
            #expect(byTag.outputText.contains("plugin:v1"), "\(byTag)")
        }
    }
}
