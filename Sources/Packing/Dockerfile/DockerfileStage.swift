import Diagnostics
import OCI

/// Carries out a Dockerfile's instructions one after the other, as far as that needs no files.
struct DockerfileStage {
    /// Whether `FROM` has come.
    private(set) var hasBegun = false
    var steps: [Dockerfile.Step] = []
    var execution = ImageConfig.Execution.initial
    var platform = ImageContents.defaultPlatform
    var author: String?
    var usedArguments: Set<String> = []
    /// Where each setting of `ENV` stands in the config.
    var environment: [String: Int] = [:]
    /// What `$NAME` means from here on.
    var variables: DockerfileVariables
    /// What `ARG` before `FROM` has set; in the stage, only for an `ARG` that names it again.
    var globals: [String: String]

    let arguments: [String: String]
    let escape: Unicode.Scalar
    /// How many `FROM` the whole file has, and whether the last one is `FROM scratch`.
    private let stages: (count: Int, endsWithScratch: Bool)

    init(_ source: DockerfileLines, _ arguments: [String: String]) {
        self.arguments = arguments
        escape = source.escape
        let platform = ImageContents.defaultPlatform
        globals = [:]
        for side in ["BUILD", "TARGET"] {
            globals["\(side)PLATFORM"] = platform.description
            globals["\(side)OS"] = platform.os
            globals["\(side)ARCH"] = platform.architecture
            globals["\(side)VARIANT"] = ""
        }
        variables = DockerfileVariables(escape: escape, globals)
        let begins = source.lines.map(\.text.words).filter { $0.first?.uppercased() == "FROM" }
        stages = (begins.count, begins.last?.contains("scratch") == true)
    }

    /// Carries out one instruction.
    mutating func run(_ line: DockerfileLines.Line) throws(Failure) {
        let word = line.text.unicodeScalars.prefix { !$0.isBlank }
        let name = String(word).uppercased()
        let behind = String(line.text.unicodeScalars[word.endIndex...]).withoutLeadingBlanks
        let (flags, rest) = DockerfileWords.flags(behind, escape: escape)
        let call = DockerfileCall(name: name, flags: flags, rest: rest, place: line.place)
        guard let instruction = DockerfileInstruction(rawValue: name) else {
            throw DockerfileInstruction.unknown(String(word), at: line.place)
        }
        guard hasBegun || instruction == .from || instruction == .arg else {
            throw line.place.invalid("\(name) stands before FROM", try: ["FROM scratch"])
        }
        switch instruction {
        case .from: try from(call)
        case .arg: try arg(call)
        case .add, .copy: try copy(call)
        case .env: try env(call)
        case .label: try label(call)
        case .workdir: try workdir(call)
        case .entrypoint, .cmd: try command(call)
        case .user, .stopsignal, .maintainer: try setting(call)
        case .expose: try expose(call)
        case .run, .healthcheck, .onbuild, .shell, .volume: throw instruction.refusal(call)
        }
    }

    /// Notes what was done, without a layer.
    mutating func note(_ text: String, _ call: DockerfileCall) {
        steps.append(Dockerfile.Step(place: call.place, text: text, effect: .nothing))
    }

    /// A word of an instruction, with its variables replaced.
    mutating func expanded(_ word: String, _ call: DockerfileCall) throws(Failure) -> String {
        try variables.expand(word, at: call.place)
    }

    private mutating func from(_ call: DockerfileCall) throws(Failure) {
        let flags = try call.flags(known: ["platform"])
        let words = call.rest.words
        guard words.count == 1 || (words.count == 3 && words[1].uppercased() == "AS") else {
            throw call.place.invalid("FROM takes a base, or a base AS a name", try: ["FROM scratch"])
        }
        guard !hasBegun else {
            throw call.place.unsupported(
                "a second stage is not supported",
                why: "nothing is run here, so that a stage before the last one would have nothing to give",
                try: ["keep the last stage only, and build the module before: wasmpack build plugin.wasm"]
            )
        }
        let base = try expanded(words[0], call)
        guard base == "scratch" else { throw otherBase(base, call) }
        if let text = flags["platform"] { platform = try readPlatform(text, call) }
        hasBegun = true
        variables = DockerfileVariables(escape: escape, continuing: variables)
        for (position, setting) in (execution.env ?? []).enumerated() {
            let pair = setting.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            variables[String(pair[0])] = String(pair[1])
            environment[String(pair[0])] = position
        }
    }

    private func otherBase(_ base: String, _ call: DockerfileCall) -> Failure {
        let isBuildStage = stages.count > 1 && stages.endsWithScratch
        return call.place.unsupported(
            "FROM \(base.truncated(to: 80)) is not supported",
            why: isBuildStage
                ? "it is a stage that builds the module; nothing is run here"
                : "a plugin's image has no base: proxies look into its last layer only",
            try: isBuildStage
                ? ["build the module with its compiler, then: wasmpack build path/to/\(PluginFile.name)"]
                : ["FROM scratch", "wasmpack build path/to/\(PluginFile.name), which needs no Dockerfile"]
        )
    }

    private mutating func readPlatform(_ text: String, _ call: DockerfileCall) throws(Failure) -> Platform {
        let text = try expanded(text, call)
        var parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        if parts.dropFirst() == ["arm64", "v8"] { parts.removeLast() }
        let isName = { (part: String) in
            (1...32).contains(part.utf8.count)
                && part.utf8.allSatisfy { byte in
                    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
                        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "_")
                }
        }
        guard parts.count == 2, parts.allSatisfy(isName) else {
            throw call.place.unsupported(
                "the platform \(text.quoted) is not supported",
                why: "it is an operating system, a slash and a processor, in small letters",
                try: ["leave --platform out: linux/amd64 is what proxies look for"]
            )
        }
        return Platform(os: parts[0], architecture: parts[1])
    }
}
