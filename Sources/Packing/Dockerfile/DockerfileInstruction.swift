import Diagnostics

/// The instructions that docker supports.
enum DockerfileInstruction: String, CaseIterable {
    case add = "ADD"
    case arg = "ARG"
    case cmd = "CMD"
    case copy = "COPY"
    case entrypoint = "ENTRYPOINT"
    case env = "ENV"
    case expose = "EXPOSE"
    case from = "FROM"
    case healthcheck = "HEALTHCHECK"
    case label = "LABEL"
    case maintainer = "MAINTAINER"
    case onbuild = "ONBUILD"
    case run = "RUN"
    case shell = "SHELL"
    case stopsignal = "STOPSIGNAL"
    case user = "USER"
    case volume = "VOLUME"
    case workdir = "WORKDIR"

    /// Returns the failure for an instruction that only docker supports, with its remedy.
    func unsupported(_ instruction: ParsedInstruction) -> Failure {
        let what = "\(rawValue) is not supported"
        return self == .run
            ? instruction.location.unsupported(
                what,
                why: "wasmpack does not run commands, and an image FROM scratch contains no programs",
                try: [
                    "run the command before the build, and remove the line: \(instruction.rest.truncated(to: 120))"
                ]
            )
            : instruction.location.unsupported(
                what,
                why: "a proxy loads the module and never starts the image",
                try: ["remove the line"]
            )
    }

    /// Returns the failure for an unknown instruction; suggests a similar one.
    static func unknown(_ word: String, at location: SourceLocation) -> Failure {
        let near = word.uppercased().nearestWord(of: allCases.map(\.rawValue))
        return location.invalid(
            "unknown instruction \(word.quoted)",
            try: near.map { ["replace it with \($0)"] } ?? []
        )
    }
}
