import ArgumentParser
import Diagnostics
import Packing
import SystemPackage

/// Which Dockerfile is read, and with which values.
struct DockerfileOptions: ParsableArguments {
    @Option(
        name: .shortAndLong,
        help: ArgumentHelp(
            "The Dockerfile (default: Dockerfile or Containerfile in the folder).",
            valueName: "dockerfile"
        ),
        completion: .file()
    )
    var file: String?

    @Option(
        help: ArgumentHelp(
            "Set an ARG of the Dockerfile; without a value, to the environment's. May be repeated.",
            valueName: "name[=value]"
        )
    )
    var buildArg: [String] = []

    /// What is to be built of a path.
    func input(_ path: String) throws(Failure) -> BuildInput {
        try BuildInput(locating: FilePath(path), dockerfile: file.map { FilePath($0) })
    }

    /// The arguments' values; the last one of a name wins, and one that the environment does not have is left out.
    func arguments(_ environment: Environment) throws(Failure) -> [String: String] {
        var arguments: [String: String] = [:]
        for text in buildArg {
            let name = String(text.prefix { $0 != "=" })
            guard !name.isEmpty else {
                throw Failure(.usage, "--build-arg \"\(text.truncated(to: 80))\" has no name")
            }
            arguments[name] = name == text ? environment[name] : String(text.dropFirst(name.count + 1))
        }
        return arguments
    }
}
