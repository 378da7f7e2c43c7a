import ArgumentParser
import Diagnostics
import OCI
import Packing
import Storage
import SystemPackage

struct List: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "ls",
        abstract: "List the images of a layout or an archive",
        discussion: """
            EXAMPLES
              wasmpack ls
              wasmpack ls plugin-oci --json
              wasmpack ls my-plugin.tar

            Prints one line per image: name (- if it has none), digest, size of all its parts, and creation time.

            Reads only the manifest and the config of each image.
            """
    )

    @Argument(
        help: "A layout (DIR, DIR:TAG) or an archive",
        completion: .file(extensions: ["tar"])
    )
    var target: String?

    @OptionGroup(title: "LAYOUT") var layout: LayoutOptions
    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func validate() throws {
        if target != nil, layout.layout != nil {
            throw ValidationError("TARGET and --layout cannot be used together.")
        }
    }

    func run(_ context: CommandContext) async throws {
        let target: Target =
            if let text = self.target { try Target(parsing: text) } else {
                .layout(try layout.path(context.environment), nil)
            }
        try await target.withSource { source in
            switch source {
            case .module(let path):
                throw Failure(notAnImage: path, try: "wasmpack inspect \(path)")
            case .reference(let reference):
                throw Failure(
                    .usage,
                    "ls lists a layout or an archive; \(reference.repositoryDescription) is in a registry",
                    try: ["wasmpack tags \(reference.repositoryDescription)"]
                )
            case .images(let store, let name):
                let images = try await ListedImage.all(in: store, named: name)
                for image in images {
                    if let problem = image.problem {
                        context.record(
                            .warning("\(image.name ?? image.root.digest.short): \(problem.message)")
                        )
                    }
                }
                if images.isEmpty { context.record(.note("\(store.path) contains no image")) }
                let report = ImageListReport(images, in: store.path)
                try context.print(report.document, orText: report.text(columns: Screen.main.outputColumns))
            }
        }
    }
}
