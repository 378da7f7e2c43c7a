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
        let name = word.uppercased()
        let near = allCases.map { ($0.rawValue, name.distance(to: $0.rawValue)) }.min { $0.1 < $1.1 }
        let hints = near.flatMap { $0.1 <= 2 ? ["\($0.0), if that is meant"] : nil } ?? []
        return place.invalid("there is no instruction \(word.quoted)", try: hints)
    }
}

extension String {
    /// How many letters have to be changed, added or removed to make another text of this one (Levenshtein).
    fileprivate func distance(to other: String) -> Int {
        guard utf8.count <= 16 else { return .max }
        var row = Array(0...other.utf8.count)
        for (position, byte) in utf8.enumerated() {
            var previous = row
            previous[0] = position + 1
            for (column, letter) in other.utf8.enumerated() {
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
