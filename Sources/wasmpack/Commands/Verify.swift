import ArgumentParser
import Diagnostics
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Verify: RegistryCommand {
    static let configuration = CommandConfiguration(
        abstract: "Verify all digests and sizes of an image",
        discussion: """
            EXAMPLES
              wasmpack verify plugin-oci
              wasmpack verify plugin-oci:v1
              wasmpack verify ghcr.io/me/my-plugin:v1 --expect sha256:…

            Lists every problem. Exits 0 if there is none, 1 otherwise.
            """
    )

    @Argument(
        help: "A layout (DIR, DIR:TAG), an archive or a reference",
        completion: .directory
    )
    var target: String

    @Option(help: ArgumentHelp("The digest that the manifest must have", valueName: "digest"))
    var expect: String?

    @OptionGroup var registry: RegistryOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func run(_ context: CommandContext) async throws {
        let expected = try expect.map { text throws(Failure) in try Digest(parsing: text) }
        try await Target(parsing: target).withSource { source in
            switch source {
            case .module(let path):
                throw Failure(
                    .usage,
                    "\(path) is a module, not an image",
                    why: "a module contains no digests to verify",
                    try: ["wasmpack inspect \(path)"]
                )
            case .images(let store, let name):
                let images = try await verify(store.entries(name), in: store, called: store.path, expected)
                try report(images, expected, context)
            case .reference(let reference):
                let reference = reference.reading(context)
                try await registry.withImage(reference, context) { root, repository in
                    let image = try await VerifiedEntry(reference.description, root, expected, in: repository)
                    try report([image], expected, context)
                }
            }
        }
    }

    /// Verifies the images of a layout or an archive, each once.
    private func verify(
        _ entries: [Descriptor],
        in source: some ContentSource,
        called path: FilePath,
        _ expected: Digest?
    ) async throws(Failure) -> [VerifiedEntry] {
        var images: [VerifiedEntry] = []
        var seen: [Descriptor] = []
        for entry in entries where !seen.contains(where: { $0.describesSameContent(as: entry) }) {
            seen.append(entry)
            let name = entry.fullName ?? entry.referenceName ?? path.string
            images.append(try await VerifiedEntry(name, entry, expected, in: source))
        }
        guard !images.isEmpty else {
            throw Failure(
                .notFound,
                "\(path) contains no image",
                try: ["wasmpack build plugin.wasm --layout \(path)"]
            )
        }
        return images
    }

    private func report(_ images: [VerifiedEntry], _ expected: Digest?, _ context: CommandContext) throws {
        for note in images.compactMap({ $0.choice?.note }) { context.record(.note(note)) }
        let report = VerificationReport(images: images, expected: expected)
        try context.print(report.document, orText: report.text)
        if !report.isClean { throw NegativeResult() }
    }
}
