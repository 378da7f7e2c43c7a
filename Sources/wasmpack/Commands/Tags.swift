import ArgumentParser
import Diagnostics
import OCI
import Registry

struct Tags: RegistryCommand, ConnectingCommand {
    static let configuration = CommandConfiguration(
        commandName: "tags",
        abstract: "List the tags of a repository",
        discussion: """
            EXAMPLES
              wasmpack tags ghcr.io/me/my-plugin
              wasmpack tags ghcr.io/me/my-plugin --digests
              wasmpack tags ghcr.io/me/my-plugin --limit 20

            Prints one tag per line, in the order of the registry.
            """
    )

    @Argument(help: "The repository: host/repository, without a tag")
    var repository: String

    @Flag(help: "Show the digest that each tag points to; sends one request per tag")
    var digests = false

    @Option(help: ArgumentHelp("List at most N tags", valueName: "n"))
    var limit: Int?

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [repository] }

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit must be at least 1.") }
    }

    func run(_ context: CommandContext) async throws {
        let reference = try Reference(repository: repository, of: "tags")
        try await registry.withRepository(of: reference, for: .pull, context) { repository in
            var count = 0
            // Only for a document: a repository may have a million tags.
            var listed: [(tag: Tag, digest: Digest?)] = []
            let isComplete = try await repository.tags(limit: limit) { tags throws(Failure) in
                let found =
                    digests ? try await repository.current(tags).map { $0?.digest } : tags.map { _ in nil }
                let page = Array(zip(tags, found)) as [(tag: Tag, digest: Digest?)]
                count += page.count
                // Print each page immediately: a reader of the first lines need not wait for the rest.
                if output.json { listed += page } else { try Screen.main.print(text(of: page)) }
            }
            if count == 0 { context.record(.note("\(reference.repositoryDescription) has no tags")) }
            if output.json { try print(listed, isComplete, reference) }
        }
    }

    private func text(of page: [(tag: Tag, digest: Digest?)]) -> String {
        let width = page.map(\.tag.description.count).max() ?? 0
        return page.map { tag, digest in
            guard digests else { return "\(tag)\n" }
            return "\(tag.description.padded(to: width))  \(digest?.description ?? "-")\n"
        }.joined()
    }

    private func print(
        _ listed: [(tag: Tag, digest: Digest?)],
        _ isComplete: Bool,
        _ reference: Reference
    ) throws(Failure) {
        struct Document: Encodable {
            let schema = "wasmpack.tags/v1"
            let ok = true
            let registry: String
            let repository: String
            let tags: [String]
            let complete: Bool
            let digests: Nullable<[String: Nullable<String>]>
        }
        let found = listed.map { ($0.tag.description, Nullable($0.digest?.description)) }
        try JSONReport.print(
            Document(
                registry: reference.registry.description,
                repository: reference.repository.description,
                tags: listed.map(\.tag.description),
                complete: isComplete,
                digests: Nullable(digests ? Dictionary(found) { first, _ in first } : nil)
            )
        )
    }
}

extension Reference {
    /// Reads the repository argument of a command, which must have neither a tag nor a digest.
    init(repository text: String, of command: String) throws(Failure) {
        try self.init(
            remote: text,
            of: command,
            insteadOfPath: "wasmpack ls \(text)"
        )
        guard tag == nil, digest == nil else {
            throw Failure(
                .usage,
                "expected a repository, not an image: \(text.truncated(to: 160))",
                why: tag.map { "\"\($0)\" is a tag" } ?? "it contains a digest",
                try: ["wasmpack \(command) \(repositoryDescription)"]
            )
        }
    }
}
