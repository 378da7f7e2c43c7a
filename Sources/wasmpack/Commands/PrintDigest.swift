import ArgumentParser
import Diagnostics
import OCI
import Registry
import Storage
import SystemPackage

struct PrintDigest: TargetCommand {
    static let configuration = CommandConfiguration(
        commandName: "digest",
        abstract: "Print the digest of an image",
        discussion: """
            EXAMPLES
              wasmpack digest ghcr.io/me/my-plugin:v1
              wasmpack digest plugin-oci:v1
              wasmpack digest ghcr.io/me/my-plugin:v1 --verify

            Prints the digest of the manifest, or of the index if the name points to one. For a reference, one request \
            asks the registry, and the result is what the registry states; --verify downloads the manifest and computes \
            its digest.
            """
    )

    @Argument(
        help: "A layout (DIR, DIR:TAG), archive or reference (default: plugin-oci)",
        completion: .file(extensions: ["tar"])
    )
    var target: String?

    @Flag(help: "Download the manifest and compute its digest")
    var verify = false

    @OptionGroup(title: "CONNECTION") var connection: ConnectionOptions
    @OptionGroup(title: "CREDENTIALS") var credentials: CredentialOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func run(_ context: CommandContext) async throws {
        try await parsedTarget().withSource { source in
            switch source {
            case .module(let path):
                throw Failure(
                    notAnImage: path,
                    why: "proxies pin the digest of an image's manifest",
                    try: "wasmpack build \(path)"
                )
            case .images(let store, let name):
                let root = try await store.resolve(name ?? .only)
                if verify { _ = try await store.fetch(root) }
                try report(root, nil, isVerified: verify, context)
            case .reference(let reference):
                let reference = reference.reading(context)
                try await registry.withRepository(of: reference, for: .pull, context) { repository in
                    let stated = verify ? nil : try await repository.stated(.reference(reference))
                    // Also after 404: the failure names similar tags.
                    let root =
                        if let stated { stated } else {
                            try await repository.find(reference)
                        }
                    try report(root, reference, isVerified: stated == nil, context)
                }
            }
        }
    }

    private func report(
        _ root: Descriptor,
        _ reference: Reference?,
        isVerified: Bool,
        _ context: CommandContext
    ) throws {
        if root.mediaType.isIndex {
            context.record(
                .note("this is the digest of an index; proxies pin an image: wasmpack inspect \(targetName)")
            )
        }
        struct Document: Encodable {
            let schema = "wasmpack.digest/v1"
            let ok = true
            let reference: Nullable<String>
            let digest: String
            let mediaType: String
            let size: Int
            let verified: Bool
        }
        try context.print(
            Document(
                reference: Nullable(reference?.pinned(to: root.digest).description),
                digest: root.digest.description,
                mediaType: root.mediaType.description,
                size: root.size,
                verified: isVerified
            ),
            orText: "\(root.digest)\n"
        )
    }
}
