public import OCI
public import SystemPackage

/// What an image is to be made of, before a byte of it is read.
public struct ImageContents: Sendable {
    /// A file of this machine, and where it goes in the image.
    public struct File: Sendable, Hashable {
        /// Where it is now.
        public let path: FilePath
        /// Its name in the layer: no `/` or `./` at its start.
        public let name: String
        /// Its permissions in the layer.
        public let permissions: UInt16

        /// Names a file.
        public init(_ path: FilePath, named name: String, permissions: UInt16 = 0o644) {
            self.path = path
            self.name = name
            self.permissions = permissions
        }
    }

    /// The layers' files, lowest layer first.
    public var layers: [[File]]
    /// The process settings of the image.
    public var execution: ImageConfig.Execution
    /// How the image was made, one text for each instruction, and whether it made a layer.
    public var instructions: [(text: String, makesLayer: Bool)]

    /// What `FROM scratch` and `ADD ./plugin.wasm ./plugin.wasm` make of a module.
    public init(module: FilePath, labels: [String: String]) {
        layers = [[File(module, named: PluginFile.name)]]
        execution = ImageConfig.Execution(
            env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
            workingDir: "/",
            labels: labels
        )
        instructions = [("ADD ./\(PluginFile.name) ./\(PluginFile.name)", makesLayer: true)]
    }
}
