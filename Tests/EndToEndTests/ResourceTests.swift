import Foundation
import TestSupport
import Testing

/// Few open files, and a disk without room.
@Suite(.long, .timed, .timeLimit(.minutes(5))) struct ResourceLongTests {
    private let work: Workspace

    init() throws { work = try Workspace() }

    /// A Dockerfile of 301 layers.
    private func writeManyFiles() throws {
        var lines = ["FROM scratch"]
        for number in 0..<300 {
            try work.write(Array("file \(number)".utf8), to: "files/\(number)")
            lines.append("COPY files/\(number) /files/\(number)")
        }
        try work.write(Modules.plugin, to: "plugin.wasm")
        lines.append("COPY plugin.wasm /plugin.wasm")
        try work.write(Array(lines.joined(separator: "\n").utf8), to: "Dockerfile")
    }

    /// Runs the program with a limit of 256 open files.
    ///
    /// Closes what it inherits: other tests have files open, and each counts.
    private func limited(_ arguments: String) async throws {
        let run = try await work.run(
            by: "bash",
            "-c",
            #"for file in /proc/self/fd/*; do (( ${file##*/} < 3 )) || eval "exec ${file##*/}>&-"; done; "#
                + "ulimit -n 256; exec \(Workspace.program) \(arguments)"
        )
        #expect(run.status == 0, "\(arguments): \(run)")
    }

    @Test func `an image of 300 layers needs no more than 256 open files`() async throws {
        let registry = try await ScriptedRegistry()
        let reference = "\(registry.name)/team/many:v1"
        try writeManyFiles()
        try await limited("build . -t \(reference) --no-check --layout many-oci")
        try await limited("build . -t \(reference) --no-check --archive many.tar")
        try await limited("verify many.tar")
        try await limited("push \(reference) many-oci --no-check --plain-http")
        try await limited("pull \(reference) -o pulled.wasm --plain-http")
        #expect(try work.bytes(of: "pulled.wasm") == Modules.plugin)
    }

    /// Runs a script with a full disk of 100 kB at `disk`, in a separate mount namespace.
    private func onSmallDisk(_ script: String) async throws -> CommandLineRun {
        let run = try await work.other(
            "unshare",
            "--user",
            "--mount",
            "--map-root-user",
            "sh",
            "-c",
            "mkdir disk && mount -t tmpfs -o size=100k none disk || { echo unmountable; exit; }\n" + script
        )
        if run.outputText == "unmountable\n" || run.errorText.contains("unshare") {
            try Test.cancel("this system does not allow unprivileged mounts")
        }
        return run
    }

    static let writers: [(command: String, named: String, why: String)] = [
        ("build large.wasm --layout disk/out", "disk/out/blobs", "a layer that does not fit"),
        ("copy large-oci disk/out", "disk/out/blobs", "a copy"),
        ("build large.wasm --archive disk/out.tar", "disk/out.tar", "an archive"),
        ("copy large-oci disk/out.tar", "disk/out.tar", "a copy into an archive"),
        ("copy --format artifact large-oci disk/out", "disk/out/blobs", "another format"),
    ]

    @Test(
        "a disk without any room keeps no part of a new layout, and all of an old one",
        arguments: [
            "build plugin.wasm --layout disk/new", "copy old disk/new", "build plugin.wasm --layout disk/old",
        ]
    )
    func noRoom(command: String) async throws {
        try work.write(Modules.plugin, to: "plugin.wasm")
        let built = try await work.run("build", "plugin.wasm", "-t", "r.example/a/b:v1", "--layout", "old")
        #expect(built.status == 0, "\(built)")
        let run = try await onSmallDisk(
            """
            mkdir disk/old disk/old/blobs disk/old/blobs/sha256
            cp old/oci-layout disk/old; echo '{"schemaVersion":2,"manifests":[]}' > disk/old/index.json
            cat /dev/zero > disk/fill 2>/dev/null
            find disk | sort > before
            \(Workspace.program) \(command) 2>err; cat err
            find disk | sort > after
            diff before after && cat disk/old/index.json && echo same
            """
        )
        #expect(run.outputText.contains("error[disk-full]"), "\(run)")
        #expect(run.outputText.hasSuffix("\"manifests\":[]}\nsame\n"), "\(run)")
    }

    @Test("leaves no blobs on a full disk, and claims nothing else", arguments: writers)
    func fullDisk(command: String, named: String, why: String) async throws {
        try work.write(SampleModule.incompressible(size: 300_000), to: "large.wasm")
        let built = try await work.run(
            "build",
            "large.wasm",
            "-t",
            "r.example/a/b:v1",
            "--layout",
            "large-oci"
        )
        #expect(built.status == 0, "\(built)")
        let run = try await onSmallDisk(
            """
            \(Workspace.program) \(command) --no-check 2>err || \(Workspace.program) \(command) 2>err
            cat err
            find disk -type f -size +1k
            find disk -name '.wasmpack-*'
            find disk -path '*/out*'
            """
        )
        #expect(run.outputText.contains("cannot write \(named): "), "\(why): \(run)")
        #expect(run.outputText.contains("error[disk-full]"), "\(why): \(run)")
        #expect(run.outputText.contains("free some space"), "\(run)")
        #expect(!run.outputText.contains("removed"), "\(run)")
        let left = run.outputText.split(separator: "\n").filter { $0.hasPrefix("disk") }
        #expect(left == [], "\(why)")
    }
}
