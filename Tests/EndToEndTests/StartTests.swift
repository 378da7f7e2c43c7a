import Foundation
import TestSupport
import Testing

/// The start of the program in unusual surroundings: a lost command line must never become a request for help.
@Suite(.timed, .timeLimit(.minutes(5))) struct StartTests {
    private let work: Workspace

    init() throws { work = try Workspace() }

    /// Whether this machine can hide /proc from a process; as an ordinary user, that needs user namespaces.
    static let canHideProc = (try? Tool.run("unshare", namespace + ["true"]).status) == 0

    private static var namespace: [String] { geteuid() == 0 ? ["-m"] : ["-rm"] }

    /// Expects that the program reported the missing file, so that it has read its arguments.
    private func expectArguments(_ run: CommandLineRun, sourceLocation: SourceLocation = #_sourceLocation) {
        #expect(run.status == 66, "\(run)", sourceLocation: sourceLocation)
        #expect(run.errorText.contains("no such file: missing.wasm"), sourceLocation: sourceLocation)
        #expect(run.outputText.isEmpty, sourceLocation: sourceLocation)
    }

    @Test(
        "reads its arguments without /proc",
        .enabled(if: canHideProc, "unshare cannot hide /proc here"),
        arguments: ["mount -t tmpfs none /proc", "mount -t tmpfs none /proc && unset HOME PATH LC_ALL"]
    )
    func withoutProc(preparation: String) async throws {
        // A command that starts no threads: libdispatch looks at its threads in /proc each second, and traps without it.
        let script = "\(preparation) && exec \"$0\" missing-command"
        let arguments = Self.namespace + ["/bin/sh", "-c", script, Workspace.program]
        let run = try await work.otherwise("unshare", arguments)
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains("unknown command \"missing-command\""), "\(run)")
    }

    @Test("reads its arguments after a preloaded library changed the environment", arguments: [1, 400])
    func preloaded(variables: Int) async throws {
        let source = """
            #include <stdio.h>
            #include <stdlib.h>
            __attribute__((constructor)) static void grow(void) {
                for (int i = 0; i < \(variables); i++) {
                    char name[20];
                    snprintf(name, sizeof name, "GROWN_%d", i);
                    setenv(name, "x", 1);
                }
            }
            """
        try work.write(source.utf8, to: "grow.c")
        let built = try Tool.run(
            "clang",
            ["-shared", "-fPIC", "-o", work.path("grow.so"), work.path("grow.c")]
        )
        try #require(built.status == 0, "\(built.errors)")
        let run = try await work.run("inspect", "missing.wasm", adding: ["LD_PRELOAD": work.path("grow.so")])
        expectArguments(run)
    }

    @Test("fails without a name and a command", arguments: ["", "b''", "b'', b'push'"])
    func noName(arguments: String) async throws {
        let script = """
            import ctypes, sys
            values = [\(arguments)]
            list = (ctypes.c_char_p * (len(values) + 1))(*values, None)
            ctypes.CDLL(None).execve(sys.argv[1].encode(), list, (ctypes.c_char_p * 1)(None))
            """
        let run = try await work.other(Python.path, "-c", script, Workspace.program)
        #expect(run.status == 64, "\(run)")
        #expect(run.errorText.contains("started without arguments"))
        #expect(run.outputText.isEmpty)
        #expect(!run.errorText.contains("USAGE"))
    }
}
