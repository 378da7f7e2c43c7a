import Foundation
import TestSupport
import Testing

/// Files that explode when they are read: a correct result or a clear error, within 200 MB of memory.
@Suite(.long, .timed, .timeLimit(.minutes(5)))
struct BombLongTests {
    /// A bomb of `bombs.py`, the commands that read it, and their statuses.
    struct Bomb: Sendable {
        let name: String
        let statuses: [Int32]
        let why: String
        var commands = [["verify", "layout"], ["check", "layout"]]
    }

    private static let module = [["check", "plugin.wasm"], ["inspect", "plugin.wasm"]]
    private static let build = [["build", "context", "--layout", "built"]]
    private static let login = [
        ["login", "127.0.0.1:1", "-u", "ci", "--password-stdin", "--no-verify", "--authfile", "config.json"],
        ["logout", "r5.example", "--authfile", "config.json"],
    ]

    static let bombs = [
        Bomb(name: "gzip", statuses: [1, 1], why: "1 GiB in 1 MB"),
        Bomb(name: "zstd", statuses: [1, 1], why: "2 GiB in 64 kB"),
        Bomb(name: "entries", statuses: [0, 0], why: "400,000 entries"),
        Bomb(name: "a-million-entries", statuses: [1, 1], why: "over the limit"),
        Bomb(name: "long-names", statuses: [0, 0], why: "a thousand names of 100 kB"),
        Bomb(name: "one-blob-200-times", statuses: [0, 1], why: "a digest is verified once"),
        Bomb(name: "deep-index", statuses: [65, 65], why: "a million levels of JSON"),
        Bomb(name: "deep-manifest", statuses: [1, 65], why: "half a million levels"),
        Bomb(name: "a-million-members", statuses: [74, 74], why: "15 MB of JSON"),
        Bomb(name: "members", statuses: [0, 0], why: "4 MB of annotations"),
        Bomb(name: "config-history", statuses: [0, 0], why: "3.5 MB of history"),
        Bomb(name: "layers", statuses: [1, 65], why: "10,000 layers"),
        Bomb(name: "ten-thousand-manifests", statuses: [1, 65], why: "10,000 manifests"),
        Bomb(name: "manifests", statuses: [0, 0], why: "as many as there may be"),
        Bomb(name: "nested-indexes", statuses: [1, 65], why: "10¹² paths to one image"),
        Bomb(
            name: "archive",
            statuses: [65, 65],
            why: "1 GiB in 1 MB",
            commands: [["verify", "image.tar.gz"], ["copy", "image.tar.gz", "copy"]]
        ),
        Bomb(name: "imports", statuses: [1, 0], why: "300,000 imports", commands: module),
        Bomb(name: "exports", statuses: [1, 0], why: "a million exports", commands: module),
        Bomb(name: "functions", statuses: [1, 0], why: "a million functions", commands: module),
        Bomb(name: "local-variables", statuses: [1, 0], why: "a million groups of locals", commands: module),
        Bomb(name: "sections", statuses: [1, 65], why: "a million custom sections", commands: module),
        Bomb(name: "types", statuses: [1, 0], why: "a million types of 100 parameters", commands: module),
        Bomb(name: "counts", statuses: [1, 0], why: "2³² - 1 items in a byte", commands: module),
        Bomb(name: "names", statuses: [0, 0], why: "three million names", commands: module),
        Bomb(name: "producers", statuses: [0, 0], why: "a million producers", commands: module),
        Bomb(name: "arguments", statuses: [65], why: "2⁴⁰ characters by 40 ARG", commands: build),
        Bomb(name: "ignored", statuses: [0], why: "patterns of .dockerignore", commands: build),
        Bomb(name: "wildcards", statuses: [66], why: "a pattern of COPY", commands: build),
        Bomb(name: "credentials", statuses: [78, 78], why: "half a million registries", commands: login),
        Bomb(name: "deep-credentials", statuses: [78, 78], why: "a million levels", commands: login),
    ]

    @Test("needs little memory", arguments: bombs.map(\.name))
    func explode(name: String) async throws {
        let bomb = try #require(Self.bombs.first { $0.name == name })
        let work = try Workspace()
        let temporary = try work.ownTemporaryFolder()
        try await PeerProcess.run("bombs.py", [name, work.folder.path()])
        for (command, status) in zip(bomb.commands, bomb.statuses) {
            let measured = try await work.measure(command, adding: temporary)
            let what = "\(bomb.why), \(command[0]): \(measured.run)"
            #expect(measured.run.status == status, "\(what)")
            #expect(measured.peak < MeasuredRun.memoryLimit, "\(measured.peak) bytes: \(what)")
            #expect(Clarity.faults(in: measured.run.errorText) == [], "\(what)")
            #expect(try work.names(in: "tmp").isEmpty, "\(what)")
        }
    }

    /// Registries whose answers have no end, beside those of the sockets.
    static let registries: [(rule: String, command: [String], statuses: Set<Int32>, why: String)] = [
        (#"{"path":"/tags/list","link":"absolute"}"#, ["tags"], [76], "a next page that is the page itself"),
        (
            #"{"path":"/tags/list","link":"/v2/test/plugin/tags/list?last=0"}"#, ["tags"], [76],
            "a next page that is always the same"
        ),
        (#"{"path":"/manifests/","endless":"body"}"#, ["pull"], [76], "a manifest without an end"),
        (#"{"path":"/manifests/","endless":"headers"}"#, ["inspect"], [76], "a head without an end"),
        (
            #"{"path":"/manifests/","status":200,"headers":{"Content-Type":"application/vnd.oci.image.manifest.v1+json"},"body":"DEEP"}"#,
            ["verify"], [1, 65, 76], "a deep manifest"
        ),
    ]

    @Test("a registry whose answers do not end is given up", arguments: registries.indices)
    func endless(number: Int) async throws {
        let (rule, command, statuses, why) = Self.registries[number]
        let work = try Workspace()
        let registry = try await ScriptedRegistry()
        try work.write(Modules.tiny, to: "module.wasm")
        let repository = "\(registry.name)/test/plugin"
        let pushed = try await work.run("push", "\(repository):v1", "module.wasm", "--plain-http")
        #expect(pushed.status == 0, "\(pushed)")
        let deep = String(repeating: "[", count: 1_000_000)
        try await registry.order("[\(rule.replacing("DEEP", with: deep))]")
        let target = command == ["tags"] ? repository : "\(repository):v1"
        let measured = try await work.measure(command + [target, "--plain-http", "--retries", "0"])
        #expect(statuses.contains(measured.run.status), "\(why): \(measured.run)")
        #expect(measured.peak < MeasuredRun.memoryLimit, "\(why): \(measured.peak) bytes")
        #expect(Clarity.faults(in: measured.run.errorText) == [], "\(why): \(measured.run)")
        #expect(!work.exists("plugin.wasm"))
    }
}
