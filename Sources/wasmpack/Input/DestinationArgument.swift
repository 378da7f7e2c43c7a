import Diagnostics
import OCI

extension Reference {
    /// Reads the name that an image is written under in a registry.
    ///
    /// - Parameters:
    ///   - text: the name.
    ///   - mayBeSource: whether an existing path without a tag or digest is the source of a command whose reference was
    ///     forgotten; otherwise a file or folder with the name of an image does not matter.
    ///   - line: returns the command for a reference and, if the text is one, a path.
    /// - Throws: ``Failure/Code/usage`` for a local path, and for a registry without a repository, which would otherwise belong
    ///   to Docker Hub; ``Failure/Code/referenceInvalid`` for a name without a tag or digest.
    init(
        destination text: String,
        mayBeSource: Bool,
        _ line: (_ reference: String, _ path: String?) -> String
    ) throws(Failure) {
        guard !Target.isPath(text), !mayBeSource || !Self.isExistingPath(text) else {
            throw Failure(
                .usage,
                "the reference is missing",
                why: "\(text) is a path, not a name in a registry",
                try: [line("registry.example.com/my-plugin:v1", text)]
            )
        }
        guard !Target.isBareHost(text) else {
            throw Failure(
                .usage,
                "\(text) names only a registry; the repository is missing",
                try: [line("\(text)/my-plugin:v1", nil)]
            )
        }
        try self.init(parsing: text)
        try requireTag { line("\($0)", nil) }
    }

    /// Whether a path exists, and its name is not an image's name with a tag or digest.
    private static func isExistingPath(_ text: String) -> Bool {
        guard !Target.namesHost(text), (try? Target.existing(text)) != nil else { return false }
        guard let reference = try? Reference(parsing: text) else { return true }
        return reference.tag == nil && reference.digest == nil
    }

    /// Throws ``Failure/Code/referenceInvalid`` for a reference without a tag or digest; `line` returns the command for one.
    func requireTag(_ line: (_ reference: String) -> String) throws(Failure) {
        guard tag == nil, digest == nil else { return }
        let name = repositoryDescription.split(separator: "/").last ?? "my-plugin"
        throw Failure(
            .referenceInvalid,
            "\(self) has no tag",
            why: "an image is written under a tag, and \"latest\" is not assumed"
                + (registryIsOmitted ? "; without a host, a name belongs to Docker Hub" : ""),
            try: [line("\(self):v1")]
                + (registryIsOmitted ? [line("registry.example.com/\(name):v1")] : [])
        )
    }
}
