import Foundation
import TestSupport
import Testing

/// Tests `wasmpack build` with a Dockerfile.
@Suite(.timed, .timeLimit(.minutes(5))) struct DockerfileBuildTests {
    private static let tutorial = "FROM scratch\nADD ./plugin.wasm ./plugin.wasm\n"

    @Test func `the tutorial's folder gives the same digest as the bare file`() async throws {
        let work = try workspace(Self.tutorial, in: "ctx/")
        let bare = try await work.run("build", "ctx/plugin.wasm", "--layout", "l1")
        for arguments in [["ctx"], ["ctx/Dockerfile"], ["-f", "ctx/Dockerfile", "ctx"]] {
            let run = try await work.start(["build", "--layout", "l2"] + arguments).wait()
            #expect(run.status == 0, "\(run)")
            #expect(run.outputText == bare.outputText, "\(arguments)")
            #expect(run.errorText.contains("  read     ctx/Dockerfile  FROM scratch, 1 file"), "\(run)")
            #expect(
                run.errorText.contains("  packed   ctx/plugin.wasm  947 B → 711 B  proxy-wasm 0.2.1, HTTP\n"),
                "\(run)"
            )
        }
    }

    @Test func `the image does not depend on the machine or contain the output of an earlier build`()
        async throws
    {
        let work = try workspace("FROM scratch\nCOPY . /\n")
        let first = try await work.run("build", "--digest-file", "digest.txt")
        #expect(first.status == 0, "\(first)")
        let masked = try await work.other(
            "sh",
            "-c",
            "chmod 755 plugin.wasm; umask 077; exec \(Workspace.program) build --digest-file digest.txt"
        )
        #expect(masked.outputText == first.outputText, "\(masked)")
    }

    @Test func `rejects a plugin that proxies would not find, before writing files`() async throws {
        let work = try workspace("FROM scratch\nADD plugin.wasm .\nADD Dockerfile .\n")
        let before = try work.names()
        let run = try await work.run("build")
        #expect(run.status == 1, "\(run)")
        #expect(run.errorText.contains("plugin.wasm is not in the last layer"), "\(run)")
        #expect(run.errorText.contains("try: move the line that adds it to the end"), "\(run)")
        #expect(try work.names() == before)
        #expect(try await work.run("build", "--no-check").status == 0)
    }

    @Test func `reads arguments from the command line, or by name from the environment`() async throws {
        let work = try workspace(
            "FROM scratch\nARG A\nARG B=none\nARG C=none\nLABEL a=$A b=$B c=$C\nADD plugin.wasm .\n"
        )
        let run = try await work.run(
            "build",
            "--build-arg",
            "A=1=2",
            "--build-arg",
            "B",
            "--build-arg",
            "C",
            "--build-arg",
            "D=4",
            "--label",
            "c=5",
            adding: ["B": "3"]
        )
        #expect(run.status == 0, "\(run)")
        #expect(
            run.errorText.contains("  warning  --build-arg D has no effect: no ARG in Dockerfile declares it")
        )
        let config = try await work.run("inspect", "plugin-oci", "--raw", "config")
        #expect(config.outputText.contains(#""Labels":{"a":"1=2","b":"3","c":"5"}"#), "\(config)")
        let nameless = try await work.run("build", "--build-arg", "=x")
        #expect(nameless.status == 64)
        let none = try await work.run("build", "plugin.wasm", "--build-arg", "A=1")
        #expect(none.status == 64)
    }

    @Test func `rejects an unsupported Dockerfile before writing files`() async throws {
        let work = try workspace(
            "FROM rust:1 AS build\nRUN cargo build\nFROM scratch\nCOPY --from=build a b\n"
        )
        let run = try await work.run("build", ".")
        #expect(run.status == 65)
        #expect(
            run.errorText == """
                error[dockerfile-unsupported]: Dockerfile:1: FROM rust:1 is not supported
                  why: it is a stage that builds the module, and wasmpack does not run commands
                  try: build the module with its compiler, then: wasmpack build path/to/plugin.wasm
                       wasmpack build ./plugin.wasm

                """
        )
        #expect(!work.exists("plugin-oci"))
        try work.write("FROM scratch\nADD plugin.wasm main.wasm\n".utf8, to: "Dockerfile")
        let named = try await work.run("build", ".", "--json")
        #expect(named.status == 66)
        #expect(named.outputText.contains("plugin.wasm not found in the archive"))
        try work.write("FROM scratch\nADD pl\u{1B}[31m.wasm .\n".utf8, to: "Dockerfile")
        let odd = try await work.run("build", ".")
        #expect(odd.status == 65)
        #expect(!odd.errorText.contains("\u{1B}"))
    }
}

/// The same Dockerfiles, built by buildah.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct DockerfileBuildahLongTests {
    /// Prints the merged tree of an OCI layout's image, and the parts of its config that a Dockerfile writes.
    private static let describe = """
        import hashlib, io, json, sys, tarfile
        root = sys.argv[1]
        blob = lambda d: open(root + '/blobs/' + d.replace(':', '/'), 'rb').read()
        manifest = json.loads(blob(json.load(open(root + '/index.json'))['manifests'][0]['digest']))
        config = json.loads(blob(manifest['config']['digest']))
        tree = {}
        for layer in manifest['layers']:
            with tarfile.open(fileobj=io.BytesIO(blob(layer['digest']))) as tar:
                for e in tar:
                    data = hashlib.sha256(tar.extractfile(e).read()).hexdigest() if e.isfile() else ''
                    tree[e.name] = (e.type.decode(), oct(e.mode & 0o7777), e.uid, e.gid, e.uname, e.gname, data)
        for name in sorted(tree): print(name, *tree[name])
        settings = config['config']
        settings.get('Labels', {}).pop('io.buildah.version', None)
        if settings.get('WorkingDir') == '/': del settings['WorkingDir']  # buildah leaves it out
        for key in sorted(settings):
            if settings[key] and key not in ('ArgsEscaped', 'OnBuild'): print(key, json.dumps(settings[key], sort_keys=True))
        print([manifest['mediaType'] if 'mediaType' in manifest else 'application/vnd.oci.image.manifest.v1+json',
            manifest['config']['mediaType'], sorted({l['mediaType'] for l in manifest['layers']}),
            config['os'], config['architecture'], config['rootfs']['type'], config.get('author', '')])
        """

    static let alike: [(lines: String, why: String)] = [
        ("ADD ./plugin.wasm ./plugin.wasm", "the tutorial's Dockerfile"),
        ("COPY plugin.wasm /", "a folder as destination"),
        (
            "LABEL a=b \"c d\"='e f' g=\"h $X\"\nENV A=1 B=\"x y\"\nENV C some text\nADD plugin.wasm plugin.wasm",
            "settings"
        ),
        (
            "ENTRYPOINT [\"/a\", \"b\"]\nCMD [\"c\"]\nUSER 1:2\nEXPOSE 80 81/udp\nSTOPSIGNAL SIGTERM\nADD plugin.wasm /",
            "more"
        ),
        ("CMD run it\nENTRYPOINT sh form\nADD plugin.wasm /", "the shell form"),
        ("WORKDIR /w/v\nCOPY d x\nCOPY d/f d/e/g y/\nCOPY plugin.wasm .", "a working directory and folders"),
        ("COPY d/ /\nCOPY d/* z/\nCOPY d/?.txt z/\nCOPY d/[e-f] q/\nADD plugin.wasm .", "patterns"),
        ("COPY [\"with space\", \"/with space/\"]\nADD plugin.wasm .", "the exec form"),
        ("COPY --chmod=0640 d/f /m\nADD --chmod=755 plugin.wasm .", "modes"),
        (
            "ARG N=plugin\nARG M=${N}.wasm\nADD ${M} ${NONE:-$M}\nLABEL n=${N:+yes} m=${NONE:+yes}",
            "variables"
        ),
        ("COPY . /all/\nADD plugin.wasm .", "the whole context without the files of .dockerignore"),
        ("# comment\nADD \\\n  # within\n\n  plugin.wasm \\\n  .", "continued lines"),
    ]

    @Test("buildah builds the same tree and config", arguments: alike)
    func buildah(lines: String, why: String) async throws {
        let work = try workspace("FROM scratch\n" + lines + "\n", in: "ctx/")
        for name in [
            "d/f", "d/e/g", "d/a.txt", "with space", "out/secret.wasm", "x/deep/y.log", "x/keep.log",
        ] {
            try work.write(name.utf8, to: "ctx/\(name)")
        }
        try work.write("# no\nout\n**/*.log\n!x/keep.log\n".utf8, to: "ctx/.dockerignore")
        let ours = try await work.run("build", "ctx", "--layout", "ours")
        #expect(ours.status == 0, "\(why): \(ours)")
        let script = """
            set -e
            find ctx -type d -exec chmod 755 {} +; find ctx -type f -exec chmod 644 {} +
            b() { command buildah --storage-driver vfs --root "$PWD/root" --runroot "$PWD/run" "$@"; }
            b bud --layers --isolation chroot -t x ctx >&2
            b push -f oci x "oci:$PWD/theirs:x" >&2
            """
        let theirs = try await work.other("sh", "-c", script)
        #expect(theirs.status == 0, "\(why): \(theirs)")
        let ourImage = try await work.other(Python.path, "-c", Self.describe, "ours")
        let theirImage = try await work.other(Python.path, "-c", Self.describe, "theirs")
        #expect(ourImage.status == 0, "\(ourImage)")
        #expect(ourImage.outputText == theirImage.outputText, "\(why)")
    }
}

private func workspace(_ dockerfile: String, in folder: String = "") throws -> Workspace {
    let work = try Workspace()
    try work.write(Modules.plugin, to: folder + "plugin.wasm")
    try work.write(dockerfile.utf8, to: folder + "Dockerfile")
    return work
}
