import Diagnostics
import OCI

/// The instructions that add files and folders to the image.
extension DockerfileStage {
    /// The flags that only docker supports, each with its remedy.
    private static let unsupportedFlags = [
        "from": "copy the file into the context first, then: COPY plugin.wasm ./plugin.wasm",
        "exclude": "list the files in .dockerignore",
        "parents": "write the full destination: COPY a/plugin.wasm a/plugin.wasm",
        "keep-git-dir": "clone the repository first, then COPY the files",
        "checksum": "download the file and verify it with sha256sum --check, then COPY it",
        "unpack": "unpack the archive first, then COPY the files",
    ]

    mutating func copy(_ instruction: ParsedInstruction) throws(Failure) {
        let flags = try instruction.flags(
            known: ["chmod", "chown", "link"],
            unsupported: Self.unsupportedFlags
        )
        var texts =
            try DockerfileWords.list(instruction.rest, at: instruction.location) ?? instruction.rest.words
        guard let last = texts.popLast(), !texts.isEmpty else {
            throw instruction.location.invalid(
                "\(instruction.name) needs a file and a destination",
                try: ["\(instruction.name) ./\(PluginFile.name) ./\(PluginFile.name)"]
            )
        }
        var sources: [String] = []
        for text in texts + [last] where text.isHereDocument {
            throw instruction.location.unsupported(
                "a here-document (\(text.truncated(to: 40))) is not supported",
                try: ["write the text to a file in the context, and \(instruction.name) that file"]
            )
        }
        for text in texts { sources.append(try source(text, instruction)) }
        let destination = try expanded(last, instruction)
        try checkOwner(flags["chown"], instruction)
        let permissions = try flags["chmod"].map { text throws(Failure) in try mode(text, instruction) }
        var text = instruction.name
        if let owner = flags["chown"] { text += " --chown=\(try expanded(owner, instruction))" }
        if let mode = flags["chmod"] { text += " --chmod=\(try expanded(mode, instruction))" }
        text += " \(sources.joined(separator: " ")) \(destination) # wasmpack"
        let copying = Dockerfile.Copying(
            instruction: instruction.name,
            sources: sources,
            destination: destination,
            target: ImagePath.join(
                execution.workingDir ?? "/",
                destination.isEmpty || destination == "." ? "./" : destination
            ),
            permissions: permissions
        )
        steps.append(Dockerfile.Step(location: instruction.location, text: text, effect: .copying(copying)))
    }

    mutating func workdir(_ instruction: ParsedInstruction) throws(Failure) {
        let text = try expanded(try instruction.argument("a directory"), instruction)
        let path = ImagePath.withoutSlash(ImagePath.join(execution.workingDir ?? "/", text))
        // Relative paths accumulate over several WORKDIR instructions, and each step keeps its path.
        guard path.utf8.count <= ImageTree.longestName else {
            throw instruction.location.unsupported(
                "the path \(path.truncated(to: 120)) is too long for a layer",
                why: "it has \(path.utf8.count) bytes; a tar header holds at most 255"
            )
        }
        execution.workingDir = path
        steps.append(
            Dockerfile.Step(
                location: instruction.location,
                text: "WORKDIR \(path)",
                effect: path == "/" ? .nothing : .makingFolder(path)
            )
        )
    }

    private mutating func source(_ text: String, _ instruction: ParsedInstruction) throws(Failure) -> String {
        let source = try expanded(text, instruction)
        guard !source.isEmpty else {
            throw instruction.location.invalid(
                "\(text.quoted) does not name a file",
                why: "it expands to an empty string",
                try: variables.missing(in: text).prefix(3).map(variables.advice)
            )
        }
        let isURL = source.contains("://") || source.hasPrefix("git@")
        guard !isURL else {
            throw instruction.location.unsupported(
                "\(instruction.name) of a URL is not supported",
                why: "wasmpack packs only local files",
                try: ["download the file with curl -fLO, then \(instruction.name) it"]
            )
        }
        return source
    }

    private mutating func checkOwner(_ owner: String?, _ instruction: ParsedInstruction) throws(Failure) {
        guard let owner else { return }
        let text = try expanded(owner, instruction)
        let names = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(names.count), names.allSatisfy({ $0 == "0" || $0 == "root" }) else {
            throw instruction.location.unsupported(
                "--chown=\(text.truncated(to: 80)) is not supported",
                why:
                    "all files are owned by 0:0, so that the digest depends only on the content; proxies ignore the owner",
                try: ["omit --chown"]
            )
        }
    }

    private mutating func mode(_ flag: String, _ instruction: ParsedInstruction) throws(Failure) -> UInt16 {
        let text = try expanded(flag, instruction)
        guard (1...5).contains(text.utf8.count), let mode = UInt16(text, radix: 8), mode <= 0o7777,
            !text.hasPrefix("+")
        else {
            throw instruction.location.unsupported(
                "--chmod=\(text.truncated(to: 80)) is not supported",
                why: "the mode must be an octal number up to 7777",
                try: ["--chmod=0644"]
            )
        }
        return mode
    }
}

extension String {
    /// Whether the word begins a here-document (`<<EOF`).
    fileprivate var isHereDocument: Bool {
        let rest = unicodeScalars.drop { ("0"..."9").contains($0) }
        return rest.starts(with: "<<".unicodeScalars) && rest.dropFirst(2).first != "<"
            && rest.count > 2
    }
}
