import ArgumentParser
import Diagnostics
import OCI
import Registry

struct Delete: RegistryCommand {
    static let configuration = CommandConfiguration(
        abstract: "Delete a tag, or an image, in a registry.",
        discussion: """
            EXAMPLES
              wasmpack delete ghcr.io/me/my-plugin:v1
              wasmpack delete ghcr.io/me/my-plugin@sha256:… --yes

            With a tag, the tag alone goes, where the registry can do that; with a digest, the image goes, and all its \
            tags. Asks first, on a terminal; there is no way back.
            """
    )

    @Argument(help: "What: host/repository:tag or host/repository@digest.")
    var reference: String

    @Flag(help: "Do not ask.")
    var yes = false

    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func run(_ context: CommandContext) async throws {
        let target = try Reference(remote: reference, of: "delete")
        try Self.requireOneName(target)
        // Who cannot be asked need not wait for a registry to hear that.
        guard yes || StandardInput.isTerminal else { throw Self.noTerminal(target) }
        try await registry.withRepository(of: target, for: .delete, context) { repository in
            let name = RefName.reference(target)
            guard let found = try await repository.current(name) else {
                throw await repository.explaining(Self.missing(target))
            }
            // What goes is what was named, whatever the registry calls it.
            if let digest = target.digest, found.digest != digest { throw Self.renamed(digest, found.digest) }
            // Only the whole image takes other tags with it.
            let tags = if let tag = target.tag { [tag] } else { await repository.tags(of: found.digest) }
            if !yes {
                try await Self.confirm(target, found, tags)
                guard try await repository.current(name)?.digest == found.digest else {
                    throw Failure(
                        .notFound,
                        "\(target) is no longer what was asked about",
                        why: "somebody else changed it meanwhile; nothing was deleted"
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
                why:
                    "\(tag) stands for \(found.digest); with that image \(Self.loss(others, "other tag")) would go too",
                // Without --yes: what goes then is more than what was asked for.
                try: ["wasmpack delete \(target.pinned(to: found.digest))"]
                    + (error.http?.status == 400
                        ? [] : ["if that is refused too, nothing can be deleted there: tell who runs it"])
            )
        }
    }

    /// Throws unless the reference says with one name what is to go.
    private static func requireOneName(_ target: Reference) throws(Failure) {
        switch (target.tag, target.digest) {
        case (_?, nil), (nil, _?): return
        case (nil, nil):
            throw Failure(
                .referenceInvalid,
                "\(target) has no tag",
                why: "\"latest\" is not assumed when something is deleted",
                try: ["wasmpack tags \(target), to see which there are"]
            )
        case (let tag?, let digest?):
            throw Failure(
                .usage,
                "\(target) has a tag and a digest",
                why: "with a tag, the tag alone goes; with a digest, the image and all its tags",
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
            target.tag == nil
            ? "Delete \(target), and with it \(loss(tags, "tag"))? [y/N]"
            : "Delete \(target)? It stands for \(found.digest), which stays. [y/N]"
        var answer = ""
        do throws(Failure) {
            answer = try await prompt.line(question)
        } catch {
            // Nothing was typed, which is no yes.
            guard error.code == .usage else { throw error }
        }
        guard ["y", "yes"].contains(answer.lowercased()) else {
            throw Failure(.notConfirmed, "nothing was deleted", why: "the answer was not \"yes\"")
        }
    }

    /// Which tags go with an image, for people.
    private static func loss(_ tags: [Tag]?, _ noun: String) -> String {
        guard let tags else { return "every \(noun) that stands for it" }
        guard !tags.isEmpty else { return "no \(noun)" }
        return "the \(noun)\(tags.count == 1 ? "" : "s") " + tags.map(\.description).joined(separator: ", ")
    }

    private static func summary(_ target: Reference, _ found: Descriptor, _ tags: [Tag]?) -> String {
        target.tag == nil
            ? "\(target), and with it \(loss(tags, "tag"))" : "\(target), which stood for \(found.digest)"
    }

    private static func noTerminal(_ target: Reference) -> Failure {
        Failure(
            .usage,
            "there is no terminal to ask whether \(target) may be deleted",
            try: ["wasmpack delete \(target) --yes"]
        )
    }

    private static func renamed(_ asked: Digest, _ given: Digest) -> Failure {
        Failure(
            .digestMismatch,
            "the registry gives \(asked) another digest; nothing was deleted",
            why: "it says \(given)",
            try: ["again; if it repeats, tell who runs the registry"]
        )
    }

    private static func missing(_ target: Reference) -> Failure {
        let name = target.tag.map { "tag \($0)" } ?? target.digest.map { "image \($0)" } ?? ""
        return Failure(
            .notFound,
            "no \(name) in \(target.repositoryDescription)",
            why: "the repository may exist without it, or be hidden from who asks"
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
