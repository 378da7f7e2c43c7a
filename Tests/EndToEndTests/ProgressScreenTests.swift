import Foundation
import TestSupport
import Testing

/// Progress in a window: the registry holds back bytes until the line has been seen.
@Suite(
    .long,
    .timed,
    .timeLimit(.minutes(10)),
    .enabled(if: ScreenBench.isExpected, ScreenBench.whySkipped)
)
struct ProgressScreenLongTests {
    private static let image = "\(ScreenTests.image):v1"
    /// Half of the layer, as far as it goes: 25 ms to each answer, then 500,000 of about 1,000,000 bytes.
    private static let held = #"[{"stall":0.025},{"path":"/blobs/","over":-1,"hold":500000}]"#
    private static let heldUpload =
        #"[{"stall":0.025},{"method":"PUT|PATCH","path":"/blobs/","hold":100000}]"#
    private static let release = #"{"control":["PUT","/__control","[]"]}"#

    private func bench(size: Int = 1_000_000) async throws -> ScreenBench {
        let bench = try await ScreenBench()
        try bench.work.write(Modules.large(size), to: "big.wasm")
        return bench
    }

    @Test func `a download shows its progress, narrower after each resize, and then one line`() async throws {
        let bench = try await bench()
        #expect(try await bench.run(["push", Self.image, "big.wasm"]).status == 0)
        try await bench.registry.order(Self.held)
        let arguments = ["pull", Self.image, "-o", "pulled.wasm"]
        let seen = try await bench.see(
            arguments,
            columns: 120,
            steps: """
                [{"expect":"config .*received"},
                 {"expect":"layer  .*%  .* of .*/s"},{"snapshot":"120 columns"},
                 {"resize":80},{"expect":"layer  .*%  .* of .*/s"},{"snapshot":"80 columns"},
                 {"resize":40},{"expect":"^  layer +[0-9]+%  [0-9.]+ of [0-9.]+ KiB$"},{"snapshot":"40 columns"},
                 {"resize":20},{"expect":"^  layer +[0-9]+%$"},{"snapshot":"20 columns"},
                 {"resize":80},{"expect":"layer  .*%  .* of .*/s"},\(Self.release)]
                """
        )
        #expect(seen.status == 0)
        #expect(seen.widest <= -1, "no line of progress fills the window")
        try Screens.expect(
            seen.golden(arguments, columns: 80, ["120 columns", "80 columns", "40 columns", "20 columns"]),
            "progress-pull"
        )
    }

    @Test func `an upload shows its progress, and JSON on the same terminal does not mix with it`()
        async throws
    {
        let bench = try await bench(size: 8_000_000)
        try await bench.registry.order(Self.heldUpload)
        let seen = try await bench.see(
            ["push", Self.image, "big.wasm", "--json"],
            steps: #"[{"expect":"layer  .*%  .* of .*/s"},{"resize":1},{"resize":80},"#
                + #"{"expect":"layer  .*%  .* of .*/s"},"# + Self.release + "]"
        )
        #expect(seen.status == 0 && seen.widest <= -1)
        let lines = (seen.snapshots["end"] ?? "").split(separator: "\n")
        #expect(!lines.contains { $0.contains("%") }, "the progress is erased: \(lines)")
        #expect(lines.contains { $0.hasPrefix("{\"auth\"") }, "\(lines)")
        #expect(lines.contains { $0.contains("pushed   registry.example.com") }, "\(lines)")
    }

    @Test func `an error erases the progress`() async throws {
        let bench = try await bench()
        #expect(try await bench.run(["push", Self.image, "big.wasm"]).status == 0)
        try await bench.registry.order(Self.held)
        let seen = try await bench.see(
            ["pull", Self.image, "-o", "pulled.wasm"],
            steps: #"[{"expect":"layer  .*%"},{"signal":2}]"#
        )
        #expect(seen.status == 130)
        let lines = (seen.snapshots["end"] ?? "").split(separator: "\n")
        #expect(lines.last == "error[interrupted]: interrupted; nothing was written", "\(seen)")
        #expect(!lines.contains { $0.contains("%") }, "\(seen)")
    }

    static let silent: [(variables: [String: String], flags: [String], why: String)] = [
        (["CI": "true"], [], "CI"), (["TERM": "dumb"], [], "a dumb terminal"),
        ([:], ["--no-progress"], "--no-progress"),
        ([:], ["-q"], "-q"),
    ]

    @Test("shows no moving line where it is not wanted", arguments: silent)
    func quiet(variables: [String: String], flags: [String], why: String) async throws {
        let bench = try await bench(size: 200_000)
        #expect(try await bench.run(["push", Self.image, "big.wasm"]).status == 0)
        let seen = try await bench.see(["pull", Self.image, "-o", "pulled.wasm"] + flags, variables)
        #expect(seen.status == 0)
        #expect(!seen.bytes.contains("%") && !seen.bytes.contains("\u{1B}[J"), "\(why): \(seen.bytes)")
    }

    @Test func `a terminal that goes away ends the command`() async throws {
        let bench = try await bench()
        #expect(try await bench.run(["push", Self.image, "big.wasm"]).status == 0)
        try await bench.registry.order(Self.held)
        let seen = try await bench.see(
            ["pull", Self.image, "-o", "pulled.wasm"],
            steps: #"[{"expect":"layer  .*%"},{"hangup":true}]"#
        )
        #expect(seen.status == 129)
        #expect(!bench.work.exists("pulled.wasm"))
        #expect(try bench.work.names() == ["big.wasm", "component.wasm", "home", "plugin.wasm"])
    }

    @Test func `a full disk behind standard output is an error after the progress is erased`() async throws {
        let bench = try await bench()
        #expect(try await bench.run(["push", Self.image, "big.wasm"]).status == 0)
        try await bench.registry.order(Self.held)
        let seen = try await bench.see(
            ["pull", Self.image, "-o", "-"],
            steps: #"[{"expect":"layer  .*%"},"# + Self.release + "]",
            files: ["--stdout", "/dev/full"]
        )
        #expect(seen.status == 74)
        #expect(seen.snapshots["end"]?.contains("%") == false)
        #expect(
            seen.snapshots["end"]?.contains("error[disk-full]: standard output cannot be written") == true
        )
    }

    static let closed: [(arguments: [String], why: String)] = [
        (["pull", image, "-o", "-"], "the module"), (["pull", image, "-o", "pulled.wasm"], "the digest"),
        (["pull", image, "-o", "pulled.wasm", "--json"], "the document"),
    ]

    @Test(
        "a reader that closes standard output during the progress ends it without an error",
        arguments: closed
    )
    func closedOutput(arguments: [String], why: String) async throws {
        let bench = try await bench()
        #expect(try await bench.run(["push", Self.image, "big.wasm"]).status == 0)
        try await bench.registry.order(Self.held)
        let seen = try await bench.see(
            arguments,
            steps: #"[{"expect":"layer  .*%"},{"close":true},"# + Self.release + "]",
            files: ["--stdout", "|"]
        )
        #expect(seen.status == 0, "\(why): \(seen)")
        let end = seen.snapshots["end"] ?? ""
        #expect(!end.contains("%") && !end.contains("error"), "\(why): \(end)")
        #expect(bench.work.exists("pulled.wasm") == arguments.contains("pulled.wasm"), "\(why)")
    }

    @Test func `a registry of 1 MB a second gets a line of progress that moves`() async throws {
        let bench = try await bench(size: 3_000_000)
        #expect(try await bench.run(["push", Self.image, "big.wasm"]).status == 0)
        // Slow until the middle, where it waits until it was seen.
        let slow = #"[{"path":"/blobs/","over":-1,"slow":{"bytes":100000,"seconds":0.1},"hold":1500000}]"#
        try await bench.registry.order(slow)
        let arguments = ["pull", Self.image, "-o", "pulled.wasm"]
        let seen = try await bench.see(
            arguments,
            steps: #"[{"expect":"layer  .*[0-9.]+ of [0-9.]+ MiB  [0-9.]+ .iB/s"},"#
                + #"{"expect":"layer  .* 1.4 of "},{"snapshot":"in the middle"},"# + Self.release + "]"
        )
        #expect(seen.status == 0 && seen.widest <= -1)
        let shares = Set(seen.bytes.matches(of: /(\d+)%/).compactMap { Int($0.output.1) })
        #expect(shares.count >= 3, "the line has moved: \(shares.sorted())")
        try Screens.expect(seen.golden(arguments, columns: 80, ["in the middle"]), "progress-slow")
    }

    @Test func `a log has a line each ten seconds, and a closed standard error changes nothing`() async throws
    {
        let bench = try await bench()
        #expect(try await bench.run(["push", Self.image, "big.wasm"]).status == 0)
        try await bench.registry.order(Self.held)
        // The reader closes the pipe with the first line of progress.
        let script = """
            "$0" pull \(Self.image) -o pulled.wasm 2> >(grep -m1 % >line.tmp; exec <&-; mv line.tmp line) >digest
            echo $? >status
            """
        let variables = bench.work.environment.merging(bench.variables) { $1 }
        let run = try RunningProgram(
            "/bin/bash",
            ["-c", script, Workspace.program],
            environment: variables,
            in: bench.work.folder
        )
        try await wait(for: "a line of progress") { bench.work.exists("line") || run.hasEnded }
        try await bench.registry.order("[]")
        let ended = try await run.wait()
        #expect(String(decoding: try bench.work.bytes(of: "status"), as: UTF8.self) == "0\n", "\(ended)")
        #expect(try bench.work.bytes(of: "pulled.wasm").count == 1_000_000)
        #expect(try bench.work.bytes(of: "digest").count > 64)
        try Screens.expect(String(decoding: try bench.work.bytes(of: "line"), as: UTF8.self), "log-progress")
    }

    @Test func `a full disk behind standard error changes nothing`() async throws {
        let bench = try await bench()
        let run = try await bench.work.other(
            "sh",
            "-c",
            "exec \(Workspace.program) build big.wasm 2>/dev/full"
        )
        #expect(run.status == 0 && run.outputText.hasPrefix("sha256:"), "\(run)")
    }

    @Test func `a log gets one line for each blob of 64 KiB and more`() async throws {
        let bench = try await bench()
        let run = try await bench.run(["push", Self.image, "big.wasm"])
        #expect(run.status == 0)
        try Screens.expect(
            "$ wasmpack push \(Self.image) big.wasm\n" + run.errorText + run.outputText,
            "log-push"
        )
        #expect(run.errorText.split(separator: "\n").filter { $0.hasPrefix("  layer ") }.count == 1)
        #expect(!run.errorText.contains("config"))
    }
}
