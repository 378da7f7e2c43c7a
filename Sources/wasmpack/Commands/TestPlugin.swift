import ArgumentParser
import Diagnostics
import EnvoyRunner
import HostSystem
import PluginTesting
import SystemPackage

struct TestPlugin: RegistryCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Test a plugin in a real Envoy",
        discussion: """
            EXAMPLES
              wasmpack test
              wasmpack test plugin-tests.json --plugin plugin.wasm
              wasmpack test --plugin ghcr.io/me/my-plugin:v1 --envoy=/opt/envoy/bin/envoy --junit report.xml

            Sends requests through Envoy, and compares what comes back. Exits 1 if a case fails.

            Without FILE, reads plugin-tests.yaml or plugin-tests.json in the working directory. Each case has its own configuration and its own
            state. No port is opened, and nothing remains afterwards.

            --plugin takes precedence over the plugin that the file names, and --envoy over its versions of Envoy.
            """
    )

    @Argument(help: "Test files (YAML or JSON)", completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: [String] = []

    @Option(
        help: ArgumentHelp(
            "The plugin: a .wasm file, a layout, an archive or a reference",
            valueName: "target"
        ),
        completion: .file(extensions: ["wasm", "tar"])
    )
    var plugin: String?

    @Option(
        help: ArgumentHelp("Run the cases in the Envoy at PATH; may be repeated", valueName: "path"),
        completion: .file()
    )
    var envoy: [String] = []

    @Option(help: ArgumentHelp("Run only cases whose names contain TEXT", valueName: "text"))
    var filter: String?

    @Flag(help: "List the cases, and run nothing")
    var list = false

    @Option(help: ArgumentHelp("Stop a case after SECONDS", valueName: "seconds"))
    var caseTimeout = 10

    @Option(help: ArgumentHelp("Also write a JUnit report", valueName: "file"), completion: .file())
    var junit: String?

    @Flag(help: "Print the results in the Test Anything Protocol")
    var tap = false

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [plugin].compactMap(\.self) }

    func validate() throws {
        if envoy.contains("") { throw ValidationError("--envoy is empty.") }
        if plugin == "" { throw ValidationError("--plugin is empty.") }
        if junit == "" { throw ValidationError("--junit is empty.") }
        if junit == "-" { throw ValidationError("--junit needs a file; the results are on standard output.") }
        if tap, output.json { throw ValidationError("--tap and --json cannot be used together.") }
        guard (1...3600).contains(caseTimeout) else {
            throw ValidationError("--case-timeout must be a number of seconds from 1 to 3600.")
        }
    }

    func run(_ context: CommandContext) async throws {
        let outcome: (unwritten: Failure?, isFailed: Bool)
        do {
            outcome = try await runCases(context)
        } catch let failure as Failure where tap {
            // Otherwise a reader of the protocol would see a test without any lines.
            try Screen.main.print(TAPReport.bailOut(failure))
            throw failure
        }
        if let unwritten = outcome.unwritten { throw unwritten }
        if outcome.isFailed { throw NegativeResult() }
    }

    /// Runs the cases and prints the report; returns why the JUnit report was not written, and whether a case failed.
    private func runCases(_ context: CommandContext) async throws -> (unwritten: Failure?, isFailed: Bool) {
        let files = try readFiles()
        if list {
            try context.print(CaseListDocument(files), orText: CaseListDocument.text(files))
            return (nil, false)
        }
        let junitFile = try junit.map { path throws(Failure) in try OutputFile(at: FilePath(path)) }
        let folder = try TemporaryDirectory(forSocketsOf: RunningEnvoy.socketNameLength)
        defer { withExtendedLifetime(folder) {} }
        let search = EnvoySearch(context.environment)
        let supervisor = try SupervisedProcess.ownProgram()
        let modules = PluginModules(in: folder.path, registry, context)
        let report = TestReport(context, printsRows: !tap && !output.json, isVerbose: output.verbose)
        for (file, cases) in files {
            let module = try await module(of: file, modules)
            for envoy in try await search.chosen(by: envoy, versions: file.envoys) {
                try report.begin(file, envoy, isOnly: files.count == 1)
                let runner = TestRunner(
                    TestRunner.Setup(
                        envoy,
                        supervisor: supervisor,
                        folder: folder.path,
                        module: module.path,
                        moduleSize: module.size,
                        timeLimit: .seconds(caseTimeout)
                    )
                ) { report.record($0) }
                report.end(try await runner.run(cases))
            }
        }
        let unwritten: Failure?
        do throws(Failure) {
            try junitFile?.write(report.junit)
            unwritten = nil
        } catch {
            unwritten = error
        }
        // Standard output has one document of JSON, which is the error's then.
        if unwritten == nil || !output.json { try report.finish(tap: tap, target: plugin) }
        return (unwritten, report.isFailed)
    }

    /// Returns the module of `--plugin`, or of the file.
    private func module(of file: TestFile, _ modules: PluginModules) async throws -> PluginModules.Module {
        if let plugin { return try await modules.module(of: plugin) }
        let target = try file.target()
        do {
            return try await modules.module(of: target)
        } catch let failure as Failure where failure.code == .fileMissing {
            throw failure.with(message: "\(file.pluginPlace): plugin: \(failure.message)")
        }
    }

    /// The names of the file that is read without an argument, the first one that exists.
    private static let defaultFiles = ["plugin-tests.yaml", "plugin-tests.json"]

    /// Reads all files before anything runs; keeps the cases that the filter selects.
    private func readFiles() throws(Failure) -> [(file: TestFile, cases: [TestCase])] {
        let found = Self.defaultFiles.first { Directory.type(of: FilePath($0)) != nil }
        let names = file.isEmpty ? [found ?? Self.defaultFiles[0]] : file
        var files: [(file: TestFile, cases: [TestCase])] = []
        for name in names.withoutDuplicates {
            do throws(Failure) {
                let read = try TestFile(reading: FilePath(name))
                let cases = read.cases.filter { testCase in
                    filter.map { testCase.name.contains($0) } ?? true
                }
                if !cases.isEmpty { files.append((read, cases)) }
            } catch  where error.code == .fileMissing && file.isEmpty {
                throw error.with(
                    why: "without an argument, test reads \(Self.defaultFiles.joined(separator: " or "))",
                    try: ["wasmpack test FILE"]
                )
            }
        }
        guard !files.isEmpty else {
            throw Failure(
                .usage,
                "no case has \"\((filter ?? "").truncated(to: 60))\" in its name",
                try: ["wasmpack test --list"]
            )
        }
        return files
    }
}

extension OutputFile {
    /// Writes a text as the whole file.
    fileprivate func write(_ text: String) throws(Failure) {
        try Array(text.utf8).withUnsafeBytesTyped { bytes throws(Failure) in try write(bytes) }
        try commit()
    }
}

extension TestFile {
    /// The plugin that the file names, as a target of the working directory.
    fileprivate func target() throws(Failure) -> String {
        guard let plugin else {
            throw Failure(
                .usage,
                "\(pluginPlace): the file names no plugin",
                try: [
                    "wasmpack test \(name.shellWord) --plugin plugin.wasm",
                    "write \"plugin\": \"plugin.wasm\" into the file",
                ]
            )
        }
        guard Target.isPath(plugin) || !Target.namesHost(plugin) else { return plugin }
        return FilePath(name).removingLastComponent().pushing(FilePath(plugin)).string
    }
}
