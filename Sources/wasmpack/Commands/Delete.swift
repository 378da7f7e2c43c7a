import ArgumentParser
import Diagnostics
import OCI
import Registry

struct Delete: RegistryCommand, ConnectingCommand {
    static let configuration = CommandConfiguration(
        commandName: "delete",
        abstract: "Delete a tag or an image from a registry",
        discussion: """
            EXAMPLES
              wasmpack delete ghcr.io/me/my-plugin:v1
              wasmpack delete ghcr.io/me/my-plugin:v1 --yes
              wasmpack delete ghcr.io/me/my-plugin@sha256:… --yes

            With a tag, only the tag is deleted, if the registry supports that. With a digest, the image is deleted \
            with all its tags.

            Asks for confirmation on a terminal. A deletion cannot be undone.
            """,
        aliases: ["rm"]
    )

    @Argument(help: "The tag or image: host/repository:tag or host/repository@digest")
    var reference: String

    @Flag(help: "Do not ask for confirmation")
    var yes = false

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [reference] }

    func run(_ context: CommandContext) async throws {
        let target = try Reference(remote: reference, of: "delete")
        try Self.requireOneName(target)
        // Without a terminal, fail before the registry is contacted.
        guard yes || StandardInput.isTerminal else { throw Self.noTerminal(target) }
        try await registry.withRepository(of: target, for: .delete, context) { repository in
            let name = RefName.reference(target)
            guard let found = try await repository.current(name) else {
                throw await repository.explaining(Self.missing(target), for: target.tag)
            }
            // Only the image that the user named is deleted, never another that the registry reports.
            if let digest = target.digest, found.digest != digest { throw Self.renamed(digest, found.digest) }
            // Deleting an image deletes its tags too; deleting a tag deletes no other tag.
            let tags = if let tag = target.tag { [tag] } else { await repository.tags(of: found.digest) }
            if !yes {
                try await Self.confirm(target, found, tags)
                guard try await repository.current(name)?.digest == found.digest else {
                    throw Failure(
                        .notFound,
                        "\(target) has changed since you were asked; nothing was deleted",
                        why: "another client changed or deleted it in the meantime"
                    )
                }
            }
            try await delete(target, found, in: repository)
            context.record(.step("deleted", Self.summary(target, found, tags)))
            if output.json { try print(target, found, tags) }
        }
    }

    private func delete(_ target: Reference, _ found: Descriptor, in repository: RemoteRepository)
        async throws(Failure)
    {
        guard let tag = target.tag else { return try await repository.delete(found.digest) }
        do throws(Failure) {
            try await repository.delete(tag)
        } catch {
            guard error.code == .deletionUnsupported else { throw error }
            let others = await repository.tags(of: found.digest).map { $0.filter { $0 != tag } }
            throw error.with(
                why: "\(tag) points to \(found.digest.short); "
                    + (Self.affectedTags(others, "other tag").map {
                        "deleting that image would also delete \($0)"
                    }
                        ?? "deleting that image would delete no other tag"),
                // Without --yes, because this deletes more than the user asked for.
                try: ["wasmpack delete \(target.pinned(to: found.digest))"]
                    + (error.http?.status == 400
                        ? [] : ["if that is rejected too, contact the registry's administrator"])
            )
        }
    }

    /// Throws unless the reference has either a tag or a digest.
    private static func requireOneName(_ target: Reference) throws(Failure) {
        switch (target.tag, target.digest) {
        case (_?, nil), (nil, _?): return
        case (nil, nil):
            throw Failure(
                .referenceInvalid,
                "\(target) has no tag",
                why: "\"latest\" is not assumed for a deletion",
                try: ["wasmpack tags \(target)"]
            )
        case (let tag?, let digest?):
            throw Failure(
                .usage,
                "\(target) has a tag and a digest",
                why: "a tag deletes only that tag; a digest deletes the image with all its tags",
                try: [
                    "wasmpack delete \(target.tagged(tag))", "wasmpack delete \(target.pinned(to: digest))",
                ]
            )
        }
    }

    private static func confirm(_ target: Reference, _ found: Descriptor, _ tags: [Tag]?)
        async throws(Failure)
    {
        guard let prompt = TerminalPrompt() else { throw noTerminal(target) }
        let question =
            if target.tag != nil {
                "Delete \(target)? The image \(found.digest.short) is kept. [y/N]"
            } else if let affected = affectedTags(tags, "tag") {
                "Delete \(target) with \(affected)? [y/N]"
            } else {
                "Delete \(target), which has no tag? [y/N]"
            }
        var answer = ""
        do throws(Failure) {
            answer = try await prompt.line(question)
        } catch {
            // An empty answer counts as "no".
            guard error.code == .usage else { throw error }
        }
        guard ["y", "yes"].contains(answer.lowercased()) else {
            throw Failure(.notConfirmed, "nothing was deleted", why: "the answer was not \"yes\"")
        }
    }

    /// Describes the tags that are deleted with an image; `nil` if there are none.
    private static func affectedTags(_ tags: [Tag]?, _ noun: String) -> String? {
        guard let tags else { return "every \(noun) that points to it" }
        guard !tags.isEmpty else { return nil }
        return "the \(noun)\(tags.count == 1 ? "" : "s") " + tags.map(\.description).joined(separator: ", ")
    }

    private static func summary(_ target: Reference, _ found: Descriptor, _ tags: [Tag]?) -> String {
        target.tag == nil
            ? "\(target)\(affectedTags(tags, "tag").map { " with \($0)" } ?? "")"
            : "\(target), which pointed to \(found.digest.short)"
    }

    private static func noTerminal(_ target: Reference) -> Failure {
        Failure(
            .usage,
            "cannot ask for confirmation to delete \(target): there is no terminal",
            try: ["wasmpack delete \(target) --yes"]
        )
    }

    private static func renamed(_ asked: Digest, _ given: Digest) -> Failure {
        Failure(
            .digestMismatch,
            "the registry reports another digest for \(asked); nothing was deleted",
            why: "it reports \(given)",
            try: ["run the command again; if the error repeats, contact the registry's administrator"]
        )
    }

    private static func missing(_ target: Reference) -> Failure {
        let name = target.tag.map { "tag \($0)" } ?? target.digest.map { "image \($0)" } ?? ""
        return Failure(
            .notFound,
            "no \(name) in \(target.repositoryDescription)",
            why:
                "the repository may lack this \(target.tag == nil ? "image" : "tag"), or you may have no access",
            try: ["wasmpack tags \(target.repositoryDescription)"]
        )
    }

    private func print(_ target: Reference, _ found: Descriptor, _ tags: [Tag]?) throws(Failure) {
        struct Document: Encodable {
            let schema = "wasmpack.delete/v1"
            let ok = true
            let reference: String
            let registry: String
            let repository: String
            let deleted: String
            let digest: String
            let tags: Nullable<[String]>
        }
        try JSONReport.print(
            Document(
                reference: target.description,
                registry: target.registry.description,
                repository: target.repository.description,
                deleted: target.tag == nil ? "image" : "tag",
                digest: found.digest.description,
                tags: Nullable(tags?.map(\.description))
            )
        )
    }
}
