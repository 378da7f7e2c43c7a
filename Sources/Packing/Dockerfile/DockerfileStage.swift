import Diagnostics
import OCI

/// Evaluates a Dockerfile's instructions in order, without reading the files that they name.
struct DockerfileStage {
    /// Whether `FROM` has been read.
    private(set) var hasBegun = false
    var steps: [Dockerfile.Step] = []
    var execution = ImageConfig.Execution.initial
    var platform = ImageContents.defaultPlatform
    var author: String?
    var usedArguments: Set<String> = []
    /// The index of each `ENV` setting in the config.
    var environment: [String: Int] = [:]
    /// The current values of `$NAME`.
    var variables: DockerfileVariables
    /// The values of `ARG` before `FROM`; within the stage, an `ARG` must redeclare them.
    var globals: [String: String]

    let arguments: [String: String]
    let escape: Unicode.Scalar
    /// The number of `FROM` in the whole file, and whether the last one is `FROM scratch`.
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

    /// Evaluates one instruction.
    mutating func run(_ line: DockerfileLines.Line) throws(Failure) {
        let word = line.text.unicodeScalars.prefix { !$0.isBlank }
        let name = String(word).uppercased()
        let remainder = String(line.text.unicodeScalars[word.endIndex...]).withoutLeadingBlanks
        let (flags, rest) = DockerfileWords.flags(remainder, escape: escape)
        let instruction = ParsedInstruction(name: name, flags: flags, rest: rest, location: line.location)
        guard let keyword = DockerfileInstruction(rawValue: name) else {
            throw DockerfileInstruction.unknown(String(word), at: line.location)
        }
        guard hasBegun || keyword == .from || keyword == .arg else {
            throw line.location.invalid("\(name) comes before FROM", try: ["FROM scratch"])
        }
        switch keyword {
        case .from: try from(instruction)
        case .arg: try arg(instruction)
        case .add, .copy: try copy(instruction)
        case .env: try env(instruction)
        case .label: try label(instruction)
        case .workdir: try workdir(instruction)
        case .entrypoint, .cmd: try command(instruction)
        case .user, .stopsignal, .maintainer: try setting(instruction)
        case .expose: try expose(instruction)
        case .run, .healthcheck, .onbuild, .shell, .volume: throw keyword.unsupported(instruction)
        }
    }

    /// Records an instruction that makes no layer.
    mutating func note(_ text: String, _ instruction: ParsedInstruction) {
        steps.append(Dockerfile.Step(location: instruction.location, text: text, effect: .nothing))
    }

    /// Returns a word of an instruction with its variables replaced.
    mutating func expanded(_ word: String, _ instruction: ParsedInstruction) throws(Failure) -> String {
        try variables.expand(word, at: instruction.location)
    }

    private mutating func from(_ instruction: ParsedInstruction) throws(Failure) {
        let flags = try instruction.flags(known: ["platform"])
        let words = instruction.rest.words
        guard words.count == 1 || (words.count == 3 && words[1].uppercased() == "AS") else {
            throw instruction.location.invalid(
                "FROM must be \"FROM base\" or \"FROM base AS name\"",
                try: ["FROM scratch"]
            )
        }
        guard !hasBegun else {
            throw instruction.location.unsupported(
                "a second stage is not supported",
                why: "wasmpack does not run commands, so an earlier stage cannot produce files",
                try: ["build the module first, then: wasmpack build path/to/\(PluginFile.name)"]
            )
        }
        let base = try expanded(words[0], instruction)
        guard base == "scratch" else { throw otherBase(base, instruction) }
        if let text = flags["platform"] { platform = try readPlatform(text, instruction) }
        hasBegun = true
        variables = DockerfileVariables(escape: escape, continuing: variables)
        variables.globalNames = usedArguments.union(globals.keys)
        for (position, setting) in (execution.env ?? []).enumerated() {
            let pair = setting.split(separator: "=", maxSplits: 1)
            guard pair.count == 2 else { continue }
            variables[String(pair[0])] = String(pair[1])
            environment[String(pair[0])] = position
        }
    }

    private func otherBase(_ base: String, _ instruction: ParsedInstruction) -> Failure {
        let isBuildStage = stages.count > 1 && stages.endsWithScratch
        return instruction.location.unsupported(
            "FROM \(base.truncated(to: 80)) is not supported",
            why: isBuildStage
                ? "it is a stage that builds the module, and wasmpack does not run commands"
                : "a plugin image needs no base: proxies read only its last layer",
            try: isBuildStage
                ? ["build the module with its compiler, then: wasmpack build path/to/\(PluginFile.name)"]
                : ["FROM scratch", "wasmpack build path/to/\(PluginFile.name)"]
        )
    }

    private mutating func readPlatform(_ text: String, _ instruction: ParsedInstruction) throws(Failure)
        -> Platform
    {
        let text = try expanded(text, instruction)
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
            throw instruction.location.unsupported(
                "the platform \(text.quoted) is not supported",
                why: "a platform is an operating system, a slash and a processor, in lower case",
                try: ["omit --platform; the default is linux/amd64, which proxies look for"]
            )
        }
        return Platform(os: parts[0], architecture: parts[1])
    }
}
