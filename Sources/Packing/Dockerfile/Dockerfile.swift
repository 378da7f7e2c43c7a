package import Diagnostics
package import OCI

/// A Dockerfile of one stage `FROM scratch`, read: what it copies, and what the image's config says.
///
/// Nothing is run, and nothing but the file itself is looked at; ``contents(in:)`` then finds the files it names.
/// What docker could do and this program does not is refused with the line and the way out.
package struct Dockerfile: Sendable {
    /// The largest Dockerfile that is read, in bytes: 1 MiB.
    package static let sizeLimit = 1024 * 1024

    /// Files to be copied into the image, by one `ADD` or `COPY`.
    struct Copying: Sendable, Hashable {
        /// `ADD` or `COPY`.
        let instruction: String
        /// The files, folders and patterns, relative to the context.
        let sources: [String]
        /// The destination as it stands in the file.
        let destination: String
        /// The destination from the image's root on; ends with a `/` if it can only be a folder.
        let target: String
        /// The mode to give to all of it.
        let permissions: UInt16?

        /// Whether an archive would be unpacked.
        var unpacks: Bool { instruction == "ADD" }
    }

    /// What an instruction does to the image's files.
    enum Effect: Sendable, Hashable {
        case copying(Copying)
        case makingFolder(String)
        case nothing
    }

    /// One instruction.
    struct Step: Sendable {
        let place: DockerfilePlace
        /// What the config's history says of it.
        let text: String
        let effect: Effect
    }

    /// What the file is called in messages.
    let file: String
    /// The instructions, in order.
    let steps: [Step]
    /// The process settings of the image.
    package let execution: ImageConfig.Execution
    /// What the config says that the image runs on.
    package let platform: Platform
    /// Who made it, by `MAINTAINER`.
    package let author: String?
    /// The arguments that were given and that no `ARG` names, sorted.
    package let unusedArguments: [String]

    /// Reads a Dockerfile.
    ///
    /// - Parameters:
    ///   - bytes: the file.
    ///   - file: what it is called in messages.
    ///   - arguments: what `--build-arg` gives.
    /// - Throws: ``Failure/Code/dockerfileInvalid`` for what docker would refuse too,
    ///   ``Failure/Code/dockerfileUnsupported`` for what only docker can do.
    package init(
        parsing bytes: [UInt8],
        named file: String = "Dockerfile",
        arguments: [String: String] = [:]
    ) throws(Failure) {
        let source = try DockerfileLines(bytes, of: file)
        var stage = DockerfileStage(source, arguments)
        for line in source.lines { try stage.run(line) }
        guard stage.hasBegun else {
            throw Failure(
                .dockerfileInvalid,
                "\(file) has no FROM",
                why: "it needs FROM scratch, and a line that adds \(PluginFile.name)",
                try: ["FROM scratch", "ADD ./\(PluginFile.name) ./\(PluginFile.name)"]
            )
        }
        self.file = file
        steps = stage.steps
        execution = stage.execution
        platform = stage.platform
        author = stage.author
        unusedArguments = arguments.keys.filter { !stage.usedArguments.contains($0) }.sorted()
    }
}
