import ArgumentParser
import Diagnostics
import OCI
import Registry
import Storage

struct TagImage: RegistryCommand, ConnectingCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag",
        abstract: "Add tags to an image in a registry",
        discussion: """
            EXAMPLES
              wasmpack tag ghcr.io/me/my-plugin:v1.4.2 v1 stable
              wasmpack tag ghcr.io/me/my-plugin:v1.4.2 tested --no-clobber
              wasmpack tag ghcr.io/me/my-plugin@sha256:… v1.4.2 --no-clobber

            Only the manifest is sent, unchanged.

            The last line, on standard output, is the reference with the digest.
            """
    )

    @Argument(help: "The image: host/repository:tag or host/repository@digest")
    var reference: String

    @Argument(help: ArgumentHelp("The tags to add", valueName: "new-tag"))
    var newTags: [String] = []

    @OptionGroup var aliasOption: AliasOption

    @Flag(help: "Set nothing if one of the tags points to another image")
    var noClobber = false

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [reference] }

    func validate() throws {
        if newTags.isEmpty, aliasOption.alias == nil {
            throw ValidationError("Missing expected argument '<new-tag>'")
        }
    }

    var interruptionConsequence: String? { "no tag was set" }

    func run(_ context: CommandContext) async throws {
        let named = try Reference(
            remote: reference,
            of: "tag",
            insteadOfPath: newTags.first.map { "wasmpack copy \(reference) DIR:\($0), for a layout" }
        )
        let tags = try newTags.map { text throws(Failure) in try tag(text, beside: named) }.unique
        let setsAliases = try aliasOption.isWanted(for: named.tag)
        let image = named.reading(context)
        try await registry.withRepository(of: image, for: .push, context) { repository in
            let manifest = try await manifest(image, in: repository)
            if noClobber { try await repository.requireFree(tags, for: manifest.descriptor.digest) }
            let aliases =
                if setsAliases, let tag = image.tag { try await repository.aliases(of: tag, context) } else {
                    [Tag]()
                }
            let changes = try await repository.set((tags + aliases).unique, to: manifest)
            context.reporter.record(changes, to: manifest.descriptor)
            context.reporter.noteMoves(in: changes, to: manifest.descriptor)
            try print(manifest.descriptor, changes, image)
        }
    }

    private func manifest(_ image: Reference, in repository: RemoteRepository) async throws(Failure) -> Blob {
        do throws(Failure) {
            return try await repository.fetch(repository.resolve(.reference(image)))
        } catch {
            throw await repository.explaining(error, for: image.tag)
        }
    }

    /// Reads a tag; for a whole reference, as `docker tag` expects it, throws a failure with the right command.
    private func tag(_ text: String, beside image: Reference) throws(Failure) -> Tag {
        do throws(Failure) {
            return try Tag(parsing: text)
        } catch {
            guard text.contains("/"), let other = try? Reference(parsing: text), let tag = other.tag else {
                throw error
            }
            throw Failure(
                .tagInvalid,
                "expected a tag, not a reference: \(other)",
                why: "new tags are set in the repository of the image",
                try: other.repositoryDescription == image.repositoryDescription
                    ? ["wasmpack tag \(image) \(tag)"] : ["wasmpack copy \(image) \(other)"]
            )
        }
    }

    private func print(_ root: Descriptor, _ changes: [TagChange], _ image: Reference) throws(Failure) {
        let pinned = image.pinned(to: root.digest)
        guard output.json else { return try Screen.main.print("\(pinned)\n") }
        struct Document: Encodable {
            let schema = "wasmpack.tag/v1"
            let ok = true
            let reference: String
            let registry: String
            let repository: String
            let tags: [String]
            let previousDigests: [String: Nullable<String>]
            let digest: String
            let mediaType: String
            let size: Int
        }
        try JSONReport.print(
            Document(
                reference: pinned.description,
                registry: image.registry.description,
                repository: image.repository.description,
                tags: changes.map(\.tag.description),
                previousDigests: changes.previousDigests,
                digest: root.digest.description,
                mediaType: root.mediaType.description,
                size: root.size
            )
        )
    }
}
