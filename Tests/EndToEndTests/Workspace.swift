import Foundation
import Synchronization
import TestSupport
import Testing

/// A separate folder for one test, and the built `wasmpack` to run in it.
///
/// The program inherits nothing from the calling shell: no docker configuration, proxy or credentials.
final class Workspace: Sendable {
    let folder: URL
    /// The folder for temporary files, beside the workspace, so that the workspace contains only the test's files.
    private let temporary: URL
    /// The prefix of this test's repositories in a shared registry.
    let namespace = "t\(UInt64.random(in: .min ... .max))"
    /// The files that the test itself has written, which may contain secrets.
    private let written = Mutex<Set<String>>([])

    /// The files that may contain credentials.
    private static let keepsSecrets: Set = ["config.json", "auth.json"]

    /// The built program beside the tests.
    static let program = BuiltProgram.wasmpack

    init() throws {
        let base = FileManager.default.temporaryDirectory.resolvingSymlinksInPath()
        let root = base.appending(path: "wasmpack-test-\(UUID().uuidString)")
        folder = root.appending(path: "work")
        temporary = root.appending(path: "tmp")
        for path in [folder.appending(path: "home"), temporary] {
            try FileManager.default.createDirectory(at: path, withIntermediateDirectories: true)
        }
        // The same mode as the system's folder: some tests run the program as another user.
        try FileManager.default.setAttributes([.posixPermissions: 0o1777], ofItemAtPath: temporary.path())
    }

    deinit { try? FileManager.default.removeItem(at: folder.deletingLastPathComponent()) }

    /// Whether this is CI, where missing tools must not skip tests.
    static var isCI: Bool { ProcessInfo.processInfo.environment["CI"]?.isEmpty == false }

    /// The environment of every program; executables in the test's `bin` have priority.
    var environment: [String: String] {
        [
            "PATH": "\(path("bin")):/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": folder.appending(path: "home").path(),
            "TMPDIR": temporary.path(),
            "LC_ALL": "C.UTF-8",
        ]
    }

    func path(_ name: String) -> String { folder.appending(path: name).path() }

    /// Starts `wasmpack`.
    func start(_ arguments: [String], input: String = "", adding: [String: String] = [:]) throws
        -> RunningProgram
    {
        try RunningProgram(
            Self.program,
            arguments,
            environment: environment.merging(adding) { $1 },
            input: input,
            in: folder,
            check: expectNoSecrets
        )
    }

    /// Searches the output and the files of every run of the program for the secrets of the tests.
    ///
    /// A killed login may have left a temporary file behind, which the next one removes.
    func expectNoSecrets(_ run: CommandLineRun) {
        for secret in Secrets.found(in: run.outputText) + Secrets.found(in: run.errorText) {
            Issue.record("a secret in the output: \(secret)")
        }
        let mayKeep = Self.keepsSecrets.union(written.withLock(\.self))
        let files = [folder, temporary].flatMap { Secrets.found(inFilesBelow: $0, except: mayKeep) }.filter {
            run.status != -SIGKILL || !$0.contains(".wasmpack-secret-")
        }
        if !files.isEmpty { Issue.record("a secret in \(files.joined(separator: ", "))") }
    }

    /// Runs `wasmpack` and waits for its exit.
    func run(_ arguments: String..., input: String = "", adding: [String: String] = [:]) async throws
        -> CommandLineRun
    {
        try await start(arguments, input: input, adding: adding).wait()
    }

    /// Runs `wasmpack` through another program, such as a shell, and also searches that program's output.
    func run(by program: String, _ arguments: String..., input: String = "") async throws -> CommandLineRun {
        try await RunningProgram(
            "/usr/bin/env",
            [program] + arguments,
            environment: environment,
            input: input,
            in: folder,
            check: expectNoSecrets
        ).wait()
    }

    /// Runs any other program and waits for its exit; its output may contain secrets.
    func other(_ program: String, _ arguments: String..., input: String = "") async throws -> CommandLineRun {
        try await RunningProgram(
            "/usr/bin/env",
            [program] + arguments,
            environment: environment,
            input: input,
            in: folder
        ).wait()
    }

    /// The same with a list of arguments.
    func otherwise(_ program: String, _ arguments: [String]) async throws -> CommandLineRun {
        try await RunningProgram(
            "/usr/bin/env",
            [program] + arguments,
            environment: environment,
            in: folder
        ).wait()
    }

    func write(_ bytes: some Sequence<UInt8>, to name: String) throws {
        let file = folder.appending(path: name)
        written.withLock { _ = $0.insert(name) }
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(),
            withIntermediateDirectories: true
        )
        try Data(bytes).write(to: file)
    }

    /// Writes an executable file.
    func writeScript(_ text: String, to name: String) throws {
        written.withLock { _ = $0.insert(name) }
        try TestSupport.writeScript(text, to: path(name))
    }

    func bytes(of name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: folder.appending(path: name)))
    }

    /// Waits until a program has created a file or has exited.
    func wait(for name: String, _ running: RunningProgram) async throws {
        try await TestSupport.wait(for: name) { exists(name) || running.hasEnded }
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }

    /// Returns all files below a folder, including hidden ones; empty if the folder does not exist.
    func files(below name: String) throws -> [String] {
        guard let all = FileManager.default.enumerator(atPath: path(name)) else { return [] }
        return all.compactMap { $0 as? String }.filter { file in
            var isFolder: ObjCBool = false
            return FileManager.default.fileExists(atPath: path("\(name)/\(file)"), isDirectory: &isFolder)
                && !isFolder.boolValue
        }
    }

    /// Returns the names in a folder, including hidden ones.
    func names(in name: String = "") throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: path(name)).sorted()
    }
}

/// The modules that the tests pack.
enum Modules {
    /// A plugin that imports `fd_sync` of WASI, which Envoy has since 1.39.
    static let needingNewerEnvoy = PluginBytes([
        2: vector([name("wasi_unstable") + name("fd_sync") + [0, 1]]),
        7: vector([export("proxy_abi_version_0_2_1", 0, 1), export("malloc", 0, 2)]),
    ]).bytes
    /// A plugin with a callback for connections, and none for HTTP.
    static let network = PluginBytes([
        1: vector([function(), function([i32], [i32]), function([i32, i32], [i32])]),
        7: vector([marker, export("malloc", 0, 1), export("proxy_on_new_connection", 0, 1)]),
    ]).bytes
    /// The reference plugin.
    static var plugin: [UInt8] {
        get throws { try Fixtures.bytes("wasm/header-authorization/plugin.wasm") }
    }

    /// The smallest module that proxies load.
    static let tiny = SampleModule.smallest

    /// Returns a module of exactly `size` bytes that compresses like a real one: its custom section consists of words.
    static func large(_ size: Int, seed: UInt64 = 1) -> [UInt8] {
        var generator = SeededGenerator(seed: seed)
        let words = (0..<4096).map { _ in
            (0..<Int.random(in: 2...9, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
        }
        var module = SampleModule.outline(of: size)
        module.reserveCapacity(size + 16)
        while module.count < size { module += words[Int.random(in: 0..<words.count, using: &generator)] }
        module.removeLast(module.count - size)
        return module
    }
}
