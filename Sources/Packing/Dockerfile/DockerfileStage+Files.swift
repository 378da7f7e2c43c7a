import Diagnostics
import OCI

/// The instructions that put something into the image.
extension DockerfileStage {
    /// What only docker can do by a flag, and what to do in its place.
    private static let refusedFlags = [
        "from": "put the file into this folder first, then: COPY plugin.wasm ./plugin.wasm",
        "exclude": "name the files in .dockerignore",
        "parents": "name the destination in full: COPY a/plugin.wasm a/plugin.wasm",
        "keep-git-dir": "git clone …, then: COPY the files that are needed",
        "checksum": "fetch the file first, then: sha256sum --check, and COPY it",
        "unpack": "unpack the archive first, then: COPY the files that are needed",
    ]

    mutating func copy(_ call: DockerfileCall) throws(Failure) {
        let flags = try call.flags(known: ["chmod", "chown", "link"], refused: Self.refusedFlags)
        var texts = try DockerfileWords.list(call.rest, at: call.place) ?? call.rest.words
        guard let last = texts.popLast(), !texts.isEmpty else {
            throw call.place.invalid(
                "\(call.name) needs a file and a destination",
                try: ["\(call.name) ./\(PluginFile.name) ./\(PluginFile.name)"]
            )
        }
        var sources: [String] = []
        for text in texts + [last] where text.isHereDocument {
            throw call.place.unsupported(
                "a text in the Dockerfile itself (\(text.truncated(to: 40))) is not supported",
                try: ["write it into a file beside the Dockerfile, and \(call.name) that"]
            )
        }
        for text in texts { sources.append(try source(text, call)) }
        let destination = try expanded(last, call)
        try checkOwner(flags["chown"], call)
        let permissions = try flags["chmod"].map { text throws(Failure) in try mode(text, call) }
        var text = call.name
        if let owner = flags["chown"] { text += " --chown=\(try expanded(owner, call))" }
        if let mode = flags["chmod"] { text += " --chmod=\(try expanded(mode, call))" }
        text += " \(sources.joined(separator: " ")) \(destination) # wasmpack"
        let copying = Dockerfile.Copying(
            instruction: call.name,
            sources: sources,
            destination: destination,
            target: ImagePath.join(
                execution.workingDir ?? "/",
                destination.isEmpty || destination == "." ? "./" : destination
            ),
            permissions: permissions
        )
        steps.append(Dockerfile.Step(place: call.place, text: text, effect: .copying(copying)))
    }

    mutating func workdir(_ call: DockerfileCall) throws(Failure) {
        let text = try expanded(try call.argument("a folder"), call)
        let path = ImagePath.withoutSlash(ImagePath.join(execution.workingDir ?? "/", text))
        // The next one may begin here, and so on: each step keeps its path.
        guard path.utf8.count <= ImageTree.longestName else {
            throw call.place.unsupported(
                "the path \(path.truncated(to: 120)) is too long for a layer",
                why: "it has \(path.utf8.count) bytes; a tar's header takes 255"
            )
        }
        execution.workingDir = path
        steps.append(
            Dockerfile.Step(
                place: call.place,
                text: "WORKDIR \(path)",
                effect: path == "/" ? .nothing : .makingFolder(path)
            )
        )
    }

    private mutating func source(_ text: String, _ call: DockerfileCall) throws(Failure) -> String {
        let source = try expanded(text, call)
        guard !source.isEmpty else {
            throw call.place.invalid(
                "\(text.quoted) names no file",
                why: "what it stands for is empty",
                try: ["--build-arg NAME=value, if an ARG before this line names it"]
            )
        }
        let isURL = source.contains("://") || source.hasPrefix("git@")
        guard !isURL else {
            throw call.place.unsupported(
                "\(call.name) of a URL is not supported",
                why: "only files of this machine are packed",
                try: ["curl -fLO URL, then: \(call.name) the file"]
            )
        }
        return source
    }

    private mutating func checkOwner(_ owner: String?, _ call: DockerfileCall) throws(Failure) {
        guard let owner else { return }
        let text = try expanded(owner, call)
        let names = text.split(separator: ":", omittingEmptySubsequences: false)
        guard (1...2).contains(names.count), names.allSatisfy({ $0 == "0" || $0 == "root" }) else {
            throw call.place.unsupported(
                "--chown=\(text.truncated(to: 80)) is not supported",
                why:
                    "everything belongs to 0:0, so that the digest depends on the content alone; no proxy looks at it",
                try: ["leave --chown out"]
            )
        }
    }

    private mutating func mode(_ flag: String, _ call: DockerfileCall) throws(Failure) -> UInt16 {
        let text = try expanded(flag, call)
        guard (1...5).contains(text.utf8.count), let mode = UInt16(text, radix: 8), mode <= 0o7777,
            !text.hasPrefix("+")
        else {
            throw call.place.unsupported(
                "--chmod=\(text.truncated(to: 80)) is not supported",
                why: "it is an octal number up to 7777",
                try: ["--chmod=0644"]
            )
        }
        return mode
    }
}

extension String {
    /// Whether the word begins a text that goes on below the instruction (`<<EOF`).
    fileprivate var isHereDocument: Bool {
        let rest = unicodeScalars.drop { ("0"..."9").contains($0) }
        return rest.starts(with: "<<".unicodeScalars) && rest.dropFirst(2).first != "<"
            && rest.count > 2
    }
}
