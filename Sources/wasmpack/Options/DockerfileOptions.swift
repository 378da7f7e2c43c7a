import ArgumentParser
import Diagnostics
import Packing
import SystemPackage

/// The Dockerfile to build, and the values of its arguments.
struct DockerfileOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The Dockerfile (default: the one in PATH)",
            valueName: "dockerfile"
        ),
        completion: .file()
    )
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Set an ARG of the Dockerfile; may be repeated",
            valueName: "name[=value]"
        )
    )
    var buildArg: [String] = []

    /// Returns the build input at a path.
    func input(_ path: String) throws(Failure) -> BuildInput {
        try BuildInput(locating: FilePath(path), dockerfile: file.map { FilePath($0) })
    }

    /// Returns the values of the arguments.
    ///
    /// The last value of a name is used. A name without a value is omitted if the environment lacks it.
    func arguments(_ environment: Environment) throws(Failure) -> [String: String] {
        var arguments: [String: String] = [:]
        for text in buildArg {
            let name = String(text.prefix { $0 != "=" })
            guard !name.isEmpty else {
                throw Failure(.usage, "--build-arg \"\(text.truncated(to: 80))\" has no name")
            }
            arguments[name] = name == text ? try environment[name] : String(text.dropFirst(name.count + 1))
        }
        return arguments
    }
}
