import Foundation
import TestSupport
import Testing

/// `wasmpack serve` on a disk that is full or read-only, in a separate mount namespace.
@Suite(.timed, .timeLimit(.minutes(3)))
struct ServeDiskTests {
    /// Starts a registry on a file system of 1 MiB at `disk`, and defines `push NAME FILE` and `pull NAME`.
    private static let start = #"""
        mkdir disk && mount -t tmpfs -o size=1m none disk || { echo unmountable; exit; }
        serve() { "$W" serve --listen 127.0.0.1:0 --dir disk/registry -q >ready 2>log & server=$!; }
        push() { "$W" push "$(cat ready)/$1" "$2" --no-check --retries 0 -q >out 2>&1; echo "push $1: $?"; grep -o "the registry's disk is full" out; }
        pull() { "$W" pull "$(cat ready)/$1" -o pulled.wasm -q 2>out >&2; echo "pull $1: $?"; cmp pulled.wasm plugin.wasm; }
        serve
        while ! [ -s ready ] && kill -0 $server; do sleep 0.02; done
        push a/b:v1 plugin.wasm

        """#

    private func run(_ script: String) async throws -> CommandLineRun {
        let work = try Workspace()
        try work.write(Modules.plugin, to: "plugin.wasm")
        try work.write(Modules.large(3_000_000), to: "large.wasm")
        let run = try await work.other(
            "unshare",
            "-rm",
            "sh",
            "-c",
            "W='\(Workspace.program)'\n" + Self.start + script + "kill $server; wait $server; echo end: $?\n"
        )
        if run.outputText.contains("unmountable") || run.errorText.contains("unshare") {
            try #require(!Workspace.isCI, "no mount is possible here, and CI has to run this: \(run)")
            try Test.cancel("this system does not allow unprivileged mounts")
        }
        return run
    }

    @Test func `on a full disk, a push fails and nothing is lost; then there is room again`() async throws {
        let run = try await run(
            """
            push a/b:large large.wasm
            pull a/b:v1
            "$W" verify disk/registry/a/b >/dev/null && echo verified
            "$W" tags "$(cat ready)/a/b"
            find disk -name '.wasmpack-*' -type f
            push a/b:v2 plugin.wasm

            """
        )
        #expect(
            run.outputText == """
                push a/b:v1: 0
                push a/b:large: 69
                the registry's disk is full
                pull a/b:v1: 0
                verified
                v1
                push a/b:v2: 0
                end: 0

                """,
            "\(run)"
        )
    }

    @Test func `on a disk that becomes read-only, a push fails, and images can be pulled`() async throws {
        let run = try await run(
            """
            mount -o remount,ro disk
            push a/b:v2 plugin.wasm
            pull a/b:v1
            "$W" tags "$(cat ready)/a/b"
            "$W" serve --listen 127.0.0.1:0 --dir disk/other >out 2>&1; echo "serve: $?"
            grep -o "error.[a-z-]*.: .*" out

            """
        )
        #expect(
            run.outputText.hasPrefix("push a/b:v1: 0\npush a/b:v2: 69\npull a/b:v1: 0\nv1\nserve: 74\n"),
            "\(run)"
        )
        #expect(run.outputText.contains("error[file-unwritable]: cannot write disk/other"), "\(run)")
    }
}
