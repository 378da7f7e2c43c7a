import Diagnostics
import OCI

extension Reference {
    /// Reads the image or the repository of a command that works on registries only.
    ///
    /// Throws ``Failure/Code/usage`` for a path, which Docker Hub would be asked for else, and for a registry alone; the
    /// line is what to type for the path instead, where there is something.
    init(remote text: String, of command: String, insteadOfPath line: String? = nil) throws(Failure) {
        if text != "-", !Target.isPath(text), Target.isBareHost(text) {
            throw Failure(
                .usage,
                "\(text) is a registry alone; the repository is missing",
                try: ["wasmpack \(command) \(text)/REPOSITORY" + (command == "tags" ? "" : ":TAG")]
            )
        }
        let local = Target.namesHost(text) ? nil : try? Target.existing(text)
        guard local == nil, !Target.isPath(text), text != "-" else {
            let kind =
                switch local {
                case .layout?: "a layout or a folder here"
                case .archive?, .module?: "a file here"
                case .reference?, nil: "no reference"
                }
            let isName = local != nil && !Target.isPath(text)
            throw Failure(
                .usage,
                "\(text) is \(kind); \(command) works on registries",
                try: [line, isName ? "docker.io/\(text), if Docker Hub is meant" : nil].compactMap(\.self)
            )
        }
        try self.init(parsing: text)
    }
}
