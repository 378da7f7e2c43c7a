import Diagnostics
import OCI

extension Reference {
    /// Reads the image or repository argument of a command that works only on registries.
    ///
    /// Throws ``Failure/Code/usage`` for a path, which would otherwise be looked up on Docker Hub, and for a registry
    /// without a repository. `line` is the command that does the same for a path, if there is one.
    init(remote text: String, of command: String, insteadOfPath line: String? = nil) throws(Failure) {
        if text != "-", !Target.isPath(text), Target.isBareHost(text) {
            throw Failure(
                .usage,
                "\(text) names only a registry; the repository is missing",
                try: ["wasmpack \(command) \(text)/REPOSITORY" + (command == "tags" ? "" : ":TAG")]
            )
        }
        let local = Target.namesHost(text) ? nil : try? Target.existing(text)
        guard local == nil, !Target.isPath(text), text != "-" else {
            let kind =
                switch local {
                case .layout?: "a local layout or directory"
                case .archive?, .module?: "a local file"
                case .reference?, nil: "a path, not a reference"
                }
            let isName = local != nil && !Target.isPath(text)
            throw Failure(
                .usage,
                "\(text) is \(kind); \(command) works only on registries",
                try: [line, isName ? "for Docker Hub, write docker.io/\(text)" : nil].compactMap(\.self)
            )
        }
        try self.init(parsing: text)
    }
}
