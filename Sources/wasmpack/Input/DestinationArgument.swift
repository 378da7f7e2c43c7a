import Diagnostics
import OCI

extension Reference {
    /// Reads the name that an image is written under in a registry.
    ///
    /// Throws ``Failure/Code/usage`` for a local path, and for a registry without a repository, which would otherwise belong
    /// to Docker Hub; ``Failure/Code/referenceInvalid`` for a name without a tag or digest. `line` returns the command for a
    /// reference and, if the text is one, a path.
    init(destination text: String, _ line: (_ reference: String, _ path: String?) -> String) throws(Failure) {
        let isLocal = Target.isPath(text) || !Target.namesHost(text) && (try? Target.existing(text)) != nil
        guard !isLocal else {
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
        try requireTag()
    }

    /// Throws ``Failure/Code/referenceInvalid`` for a reference without a tag or digest.
    func requireTag() throws(Failure) {
        guard tag == nil, digest == nil else { return }
        throw Failure(
            .referenceInvalid,
            "\(self) has no tag",
            why: "an image is written under a tag, and \"latest\" is not assumed",
            try: ["\(self):v0.0.1"]
        )
    }
}
