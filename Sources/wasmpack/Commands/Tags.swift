import ArgumentParser
import Diagnostics
import OCI
import Registry

struct Tags: RegistryCommand {
    static let configuration = CommandConfiguration(
        abstract: "List the tags of a repository.",
        discussion: """
            EXAMPLES
              wasmpack tags ghcr.io/me/my-plugin
              wasmpack tags ghcr.io/me/my-plugin --digests
              wasmpack tags ghcr.io/me/my-plugin --limit 20

            One per line, in the order in which the registry lists them.
            """,
        aliases: ["ls"]
    )

    @Argument(help: "Which: host/repository, without a tag.")
    var repository: String

    @Flag(help: "Show which digest each tag stands for; asks the registry for each tag.")
    var digests = false

    @Option(help: ArgumentHelp("Show so many at most.", valueName: "n"))
    var limit: Int?

    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit is at least 1.") }
    }

    func run(_ context: CommandContext) async throws {
        let reference = try Reference(repository: repository, of: "tags")
        try await registry.withRepository(of: reference, for: .pull, context) { repository in
            var listed: [(tag: Tag, digest: Digest?)] = []
            let isWhole = try await repository.tags(limit: limit) { tags throws(Failure) in
                let found =
                    digests ? try await repository.current(tags).map { $0?.digest } : tags.map { _ in nil }
                let page = Array(zip(tags, found)) as [(tag: Tag, digest: Digest?)]
                // Whoever reads only the first ones need not wait for all.
                if !output.json { try Terminal.standardOutput(text(of: page)) }
                listed += page
            }
            if listed.isEmpty { context.record(.note("\(reference.repositoryDescription) has no tags")) }
            if output.json { try print(listed, isWhole, reference) }
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
        _ isWhole: Bool,
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
                complete: isWhole,
                digests: Nullable(digests ? Dictionary(found) { first, _ in first } : nil)
            )
        )
    }
}

extension Reference {
    /// Reads the repository that a command is told, which has neither tag nor digest.
    init(repository text: String, of command: String) throws(Failure) {
        try self.init(
            remote: text,
            of: command,
            insteadOfPath: "wasmpack verify \(text), which names all images"
        )
        guard tag == nil, digest == nil else {
            throw Failure(
                .usage,
                "a repository is meant here, not one of its images",
                why: tag.map { "\"\($0)\" is a tag" } ?? "it names a digest",
                try: ["wasmpack \(command) \(repositoryDescription)"]
            )
        }
    }
}
