import Deployment

/// A command of another tool, and the command that does the same here.
struct OtherToolCommand {
    /// The name of the command.
    let command: String
    /// The command lines to type.
    let lines: [String]

    /// Returns `nil` for a word that no other tool uses; the lines repeat references and paths of the words after it.
    init?(_ word: String, _ given: [String] = []) {
        guard let (command, lines) = Self.words[word.lowercased()] else { return nil }
        self.command = command
        let remote = given.first(where: Target.namesHost)
        let values: [String: String?] = [
            Self.reference: remote, "REPOSITORY": remote, "REGISTRY": given.first(where: Target.isBareHost),
            "plugin.wasm": given.first { $0.hasSuffix(".wasm") },
            "image.tar": given.first { $0.hasSuffix(".tar") },
        ]
        self.lines = lines.map { line in
            line.split(separator: " ").map { values[String($0)]??.shellWord ?? String($0) }
                .joined(separator: " ")
        }
    }

    private static let reference = "REFERENCE"

    private static let words: [String: (String, [String])] = {
        let rows: [(words: [String], command: String, lines: [String])] = [
            (["pack", "package", "append", "bundle"], "build", ["wasmpack build plugin.wasm"]),
            (["upload", "publish"], "push", ["wasmpack push \(reference) plugin.wasm"]),
            (["download", "export", "fetch", "get"], "pull", ["wasmpack pull \(reference)"]),
            (["save"], "copy", ["wasmpack copy \(reference) image.tar"]),
            (["load", "import", "sync", "mirror"], "copy", ["wasmpack copy image.tar \(reference)"]),
            (["convert", "repack"], "copy", ["wasmpack copy --format image FROM TO"]),
            (["validate"], "check", ["wasmpack check plugin.wasm", "wasmpack lint FILE"]),
            (
                ["show", "info", "config", "describe", "history"], "inspect",
                ["wasmpack inspect \(reference)"]
            ),
            (["manifest"], "inspect", ["wasmpack inspect --raw manifest \(reference)"]),
            (["resolve", "head"], "digest", ["wasmpack digest \(reference)"]),
            (
                ["images", "image"], "ls",
                ["wasmpack ls plugin-oci", "wasmpack tags REPOSITORY"]
            ),
            (["list", "lists", "catalog", "repo"], "tags", ["wasmpack tags REPOSITORY"]),
            (["retag"], "tag", ["wasmpack tag \(reference) NEW-TAG"]),
            (["rmi", "remove", "del"], "delete", ["wasmpack delete \(reference)"]),
            (["auth", "signin", "sign-in"], "login", ["wasmpack login REGISTRY"]),
            (["signout", "sign-out"], "logout", ["wasmpack logout REGISTRY"]),
            (
                ["deploy", "apply", "install", "manifests", "yaml"], "generate",
                ["wasmpack generate wasmplugin \(reference)"]
            ),
            (["vet", "kubeconform", "kube-linter"], "lint", ["wasmpack lint FILE"]),
            (["start", "load-test"], "run", ["wasmpack run plugin.wasm"]),
            (["completions"], "completion", ["wasmpack completion bash"]),
        ]
        var words: [String: (String, [String])] = [:]
        // The kind of a document without the command that writes it.
        for kind in DocumentKind.allCases where kind != .envoy {
            words[kind.rawValue] = ("generate", ["wasmpack generate \(kind.rawValue) \(reference)"])
        }
        for row in rows { for word in row.words { words[word] = (row.command, row.lines) } }
        return words
    }()
}
