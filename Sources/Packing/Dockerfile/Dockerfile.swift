package import Diagnostics
package import OCI

/// A parsed Dockerfile of one stage `FROM scratch`: the files it copies and the image's config.
///
/// Parsing runs nothing and reads only the Dockerfile; ``contents(in:)`` then resolves the files that it names.
/// Instructions that only docker supports are rejected with their line and a remedy.
package struct Dockerfile: Sendable {
    /// The largest Dockerfile that is read, in bytes: 1 MiB.
    package static let sizeLimit = 1024 * 1024

    /// The files that one `ADD` or `COPY` copies into the image.
    struct Copying: Sendable, Hashable {
        /// `ADD` or `COPY`.
        let instruction: String
        /// The files, folders and patterns, relative to the context.
        let sources: [String]
        /// The destination as written in the file.
        let destination: String
        /// The absolute destination in the image; ends with a `/` if it must be a folder.
        let target: String
        /// The mode of all copied files and folders.
        let permissions: UInt16?

        /// Whether docker would unpack an archive.
        var unpacks: Bool { instruction == "ADD" }
    }

    /// The effect of an instruction on the image's files.
    enum Effect: Sendable, Hashable {
        case copying(Copying)
        case makingFolder(String)
        case nothing
    }

    /// One instruction.
    struct Step: Sendable {
        let location: SourceLocation
        /// The text for the config's history.
        let text: String
        let effect: Effect
    }

    /// The name of the file in messages.
    let file: String
    /// The instructions, in order.
    let steps: [Step]
    /// The process settings of the image.
    package let execution: ImageConfig.Execution
    /// The platform in the image's config.
    package let platform: Platform
    /// The author, from `MAINTAINER`.
    package let author: String?
    /// The given arguments that no `ARG` declares, sorted.
    package let unusedArguments: [String]

    /// Parses a Dockerfile.
    ///
    /// - Parameters:
    ///   - bytes: the file's content.
    ///   - file: its name in messages.
    ///   - arguments: the values of `--build-arg`, by name.
    /// - Throws: ``Failure/Code/dockerfileInvalid`` for a file that docker would also reject,
    ///   ``Failure/Code/dockerfileUnsupported`` for instructions that only docker supports.
    package init(
        parsing bytes: [UInt8],
        named file: String = "Dockerfile",
        arguments: [String: String] = [:]
    ) throws(Failure) {
        let source = try DockerfileLines(bytes, of: file)
        var stage = DockerfileStage(source, arguments)
        for line in source.lines {
            try checkCancellation()
            try stage.run(line)
        }
        guard stage.hasBegun else {
            throw Failure(
                .dockerfileInvalid,
                "\(file) has no FROM",
                why: "it needs FROM scratch and a line that adds \(PluginFile.name)",
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
