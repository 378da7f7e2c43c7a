import Diagnostics

/// The instructions that docker knows.
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

    /// Why an instruction is not carried out, and what to do.
    func refusal(_ call: DockerfileCall) -> Failure {
        let what = "\(rawValue) is not supported"
        return self == .run
            ? call.place.unsupported(
                what,
                why: "wasmpack runs nothing, and an image FROM scratch has nothing that could be run",
                try: ["run it before, and remove the line: \(call.rest.truncated(to: 120))"]
            )
            : call.place.unsupported(
                what,
                why: "a proxy loads the module and never starts the image",
                try: ["remove the line"]
            )
    }

    /// Says that there is no such instruction, and which one may be meant.
    static func unknown(_ word: String, at place: DockerfilePlace) -> Failure {
        let near = word.uppercased().nearest(of: allCases.map(\.rawValue), within: 2)
        let hints = near.map { ["\($0), if that is meant"] } ?? []
        return place.invalid("there is no instruction \(word.quoted)", try: hints)
    }
}
