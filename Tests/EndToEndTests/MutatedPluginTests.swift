import TestSupport
import Testing

/// The reference plugin with a fault that its test file finds.
enum MutatedPlugins {
    private static let source = "Fixtures/wasm/header-authorization/plugin.c"
    private static let cases = [
        "a request without the header is rejected", "a request with allow: true passes",
        "other values are rejected", "any configuration is accepted",
    ]

    /// A change of the source, the cases that fail because of it, and a text of the report.
    static let all: [(old: String, new: String, failing: [Int], text: String)] = [
        ("response(403, NULL", "response(401, NULL", [0, 2], "status: expected 403, got 401"),
        ("Forbidden by ASM", "Forbidden by", [0], "body: expected \"Forbidden by ASM Wasm Plugin\""),
        ("    log_refusal(value, size);\n", "    (void)log_refusal;\n", [0, 2], "log: expected a line"),
        ("proxy_log(LOG_DEBUG,", "proxy_log(2,", [0], "level debug"),
        (", only true can passthrough", ", only yes can pass", [0], "log: expected a line"),
        (
            "if (is_wanted(value, size)) {", "if (!is_wanted(value, size)) {", [0, 1, 2],
            "upstream: expected not called"
        ),
        (
            "if (is_wanted(value, size)) {", "if (is_wanted(value, size) || size == 5) {", [2],
            "step 2: status"
        ),
        ("header[] = \"allow\"", "header[] = \"allowed\"", [1, 2], "got 403"),
        (
            "    reset_arena();\n",
            "    reset_arena();\n    static int n;\n    if (++n == 2) __builtin_trap();\n",
            [2], "unreachable"
        ),
        (
            "on_configure(uint32_t context, size_t configurationSize) { return 1; }",
            "on_configure(uint32_t context, size_t configurationSize) { return !configurationSize; }",
            [3], "load: expected accepted, got rejected"
        ),
        (
            "        return ACTION_CONTINUE;\n    }\n    log_refusal",
            "        return ACTION_PAUSE;\n    }\n    log_refusal", [1, 2],
            "the plugin paused the request"
        ),
        (
            "        return ACTION_CONTINUE;\n    }\n    log_refusal",
            "        for (volatile int i = 0;; i++) {}\n    }\n    log_refusal", [1, 2], "an endless loop"
        ),
    ]

    /// Runs the test file of the reference plugin with it and with each mutation.
    static func run(
        _ mutations: [(old: String, new: String, failing: [Int], text: String)] = all,
        in envoy: String
    ) async throws {
        let tested = try TestedPlugins()
        let work = tested.work
        try work.write(
            Fixtures.bytes("wasm/header-authorization/plugin-tests.json"),
            to: "plugin-tests.json"
        )
        try work.write(Modules.plugin, to: "plugin.wasm")
        try await tested.expectFailures([], in: envoy)
        for (old, new, failing, text) in mutations {
            try await TrialPlugin.build(source, changing: [(old, new)], in: work)
            try await tested.expectFailures(
                failing.map { (cases[$0], text) },
                // A loop uses a processor until then.
                ["--case-timeout", text == "an endless loop" ? "5" : "10"],
                in: envoy
            )
        }
    }
}

/// A test file finds each fault of a plugin, in the case that is about it.
@Suite(.timed, .timeLimit(.minutes(5)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct MutatedPluginTests {
    @Test func `the reference plugin passes its cases, and a mutation of it fails the right one`()
        async throws
    {
        // A wrong status, and a crash of a later request.
        let mutations = [0, 8].map { MutatedPlugins.all[$0] }
        try await MutatedPlugins.run(mutations, in: Envoy.program)
    }
}

/// All mutations, in every Envoy.
@Suite(.long, .timed, .timeLimit(.minutes(10)), .enabled(if: Envoy.isExpected, Envoy.whySkipped))
struct MutatedPluginLongTests {
    @Test("each mutation fails the right case in every Envoy", arguments: EnvoyVerdicts.versions)
    func everyEnvoy(version: String) async throws {
        #expect(MutatedPlugins.all.count >= 12)
        try await MutatedPlugins.run(in: Envoy.program(version))
    }
}
