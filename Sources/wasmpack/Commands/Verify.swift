import ArgumentParser
import Diagnostics
import OCI
import Packing
import Registry
import Storage
import SystemPackage

struct Verify: TargetCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Verify all digests and sizes of an image",
        discussion: """
            EXAMPLES
              wasmpack verify plugin-oci
              wasmpack verify plugin-oci:v1
              wasmpack verify ghcr.io/me/my-plugin:v1 --against plugin.wasm
              wasmpack verify ghcr.io/me/my-plugin:v1 --expect sha256:…

            Lists every problem. Exits 0 if there is none, 1 otherwise.

            --against compares with an image (the same digest) or with a .wasm file (the same module).
            """
    )

    @Argument(
        help: "A layout (DIR, DIR:TAG), archive or reference (default: plugin-oci)",
        completion: .file(extensions: ["tar"])
    )
    var target: String?

    @Option(help: ArgumentHelp("Fail unless the manifest has this digest", valueName: "digest"))
    var expect: String?

    @Option(
        help: ArgumentHelp("Also compare with this image or module", valueName: "target"),
        completion: .file(extensions: ["wasm", "tar"])
    )
    var against: String?

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    var references: [String] { [target, against].compactMap(\.self) }

    func run(_ context: CommandContext) async throws {
        let expected = try expect.map { text throws(Failure) in try Digest(parsing: text) }
        let other = try against.map { text throws(Failure) in try Target(parsing: text) }
        try registry.failIfShared(
            among: [try? parsedTarget(), other].compactMap { $0?.reference },
            context.environment
        )
        try await parsedTarget().withSource { source in
            switch source {
            case .module(let path):
                throw Failure(
                    notAnImage: path,
                    why: "a module contains no digests to verify",
                    try: "wasmpack inspect \(path)"
                )
            case .images(let store, let name):
                let images = try await verify(store.entries(name), in: store, called: store.path, expected)
                try await report(images, expected, comparedWith: other, in: store, context)
            case .reference(let reference):
                let reference = reference.reading(context)
                try await registry.withImage(reference, context) { root, repository in
                    let image = try await VerifiedEntry(reference.description, root, expected, in: repository)
                    try await report(
                        [image],
                        expected,
                        comparedWith: other,
                        in: repository,
                        named: reference,
                        context
                    )
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
        var seen: Set<Descriptor.Content> = []
        for entry in entries where seen.insert(entry.content).inserted {
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

    private func report(
        _ images: [VerifiedEntry],
        _ expected: Digest?,
        comparedWith other: Target?,
        in source: some ContentSource,
        named reference: Reference? = nil,
        _ context: CommandContext
    ) async throws {
        for note in images.compactMap({ $0.choice?.note }) { context.record(.note(note)) }
        var report = VerificationReport(images: images, expected: expected, reference: reference)
        if let other, let against {
            report.comparison = try await compared(images, in: source, other, against, context)
        }
        try context.print(report.document, orRows: report.rows)
        if !report.isClean { throw NegativeResult() }
    }

    /// Compares the image with the target of `--against`.
    private func compared(
        _ images: [VerifiedEntry],
        in source: some ContentSource,
        _ other: Target,
        _ name: String,
        _ context: CommandContext
    ) async throws -> VerificationReport.Comparison {
        guard let image = images.first, images.count == 1 else {
            throw Failure(
                .nameAmbiguous,
                "--against compares one image, but \(targetName) has \(images.count)",
                try: images.prefix(5).map {
                    "wasmpack verify \(targetName)@\($0.verification.root.digest) --against \(name)"
                }
            )
        }
        let own = try await ComparedContent(of: image.verification.root, in: source)
        var found: ComparedContent?
        try await registry.withImage(of: other, context) { path in
            found = try ComparedContent(of: path)
        } image: { image in
            found = try await ComparedContent(of: image.root, in: image.source)
        }
        guard let found else { throw Failure(.internalError, "\(name) was not read") }
        return VerificationReport.Comparison(
            target: name,
            own: own,
            result: ImageComparison(own, with: found)
        )
    }
}
