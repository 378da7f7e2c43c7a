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
    func unsupported(_ instruction: DockerfileCall) -> Failure {
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
    static func unknown(_ word: String, at location: DockerfilePlace) -> Failure {
        let name = word.uppercased()
        let near = allCases.map { ($0.rawValue, name.distance(to: $0.rawValue)) }.min { $0.1 < $1.1 }
        let hints = near.flatMap { $0.1 <= 2 ? ["replace it with \($0.0)"] : nil } ?? []
        return location.invalid("unknown instruction \(word.quoted)", try: hints)
    }
}

extension String {
    /// Returns the Levenshtein distance to another text, in bytes.
    fileprivate func distance(to text: String) -> Int {
        guard utf8.count <= 16 else { return .max }
        var row = Array(0...text.utf8.count)
        for (position, byte) in utf8.enumerated() {
            var previous = row
            previous[0] = position + 1
            for (column, letter) in text.utf8.enumerated() {
                previous[column + 1] = Swift.min(
                    row[column] + (byte == letter ? 0 : 1),
                    row[column + 1] + 1,
                    previous[column] + 1
                )
            }
            row = previous
        }
        return row.last ?? 0
    }
}
