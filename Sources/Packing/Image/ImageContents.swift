package import OCI
package import SystemPackage

/// The files and settings of an image to build.
package struct ImageContents: Sendable {
    /// A file or folder of a layer, with the local path of its content.
    package struct Entry: Sendable, Hashable {
        /// The name in the layer, without a leading `/` or `./` and without a trailing `/`.
        package let name: String
        /// The permissions in the layer.
        package let permissions: UInt16
        /// The local path of the file; `nil` for a folder.
        package let path: FilePath?

        /// Creates an entry for a file.
        package init(file path: FilePath, named name: String, permissions: UInt16 = 0o644) {
            self.name = name
            self.permissions = permissions
            self.path = path
        }

        /// Creates an entry for a folder.
        package init(folder name: String, permissions: UInt16 = 0o755) {
            self.name = name
            self.permissions = permissions
            path = nil
        }

        /// Whether proxies load it as the plugin; only the last component of the name counts.
        package var isPlugin: Bool { path != nil && FilePath(name).lastComponent?.string == PluginFile.name }
    }

    /// One instruction in the image's history.
    package struct Instruction: Sendable, Hashable {
        /// The text for the config's history.
        package let text: String
        /// Whether it creates a layer.
        package let makesLayer: Bool

        /// The instruction of a layer with only the plugin.
        static let addingPlugin = Instruction(
            "ADD ./\(PluginFile.name) ./\(PluginFile.name) # wasmpack",
            makesLayer: true
        )

        /// Creates an instruction.
        package init(_ text: String, makesLayer: Bool) {
            self.text = text
            self.makesLayer = makesLayer
        }
    }

    /// The platform that proxies select from an index.
    package static let defaultPlatform = Platform.linuxAMD64

    /// The layers' entries, lowest layer first, each in the order of its tar.
    package var layers: [[Entry]]
    /// The process settings of the image.
    package var execution: ImageConfig.Execution
    /// The instructions for the config's history.
    package var instructions: [Instruction]
    /// The platform in the config.
    package var platform = defaultPlatform
    /// The author in the config.
    package var author: String?

    /// Creates the contents of an image.
    package init(layers: [[Entry]], execution: ImageConfig.Execution, instructions: [Instruction]) {
        self.layers = layers
        self.execution = execution
        self.instructions = instructions
    }

    /// Creates the contents that `FROM scratch` and `ADD ./plugin.wasm ./plugin.wasm` describe.
    package init(module: FilePath, labels: [String: String]) {
        layers = [[Entry(file: module, named: PluginFile.name)]]
        execution = .initial
        execution.labels = labels
        instructions = [.addingPlugin]
    }

    /// The module that proxies load: the first `plugin.wasm` of the last layer that has one.
    package var module: FilePath? {
        layers.last { $0.contains(where: \.isPlugin) }?.first(where: \.isPlugin)?.path
    }
}

extension ImageConfig.Execution {
    /// The settings that BuildKit writes for `FROM scratch`.
    package static let initial = ImageConfig.Execution(
        env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        workingDir: "/",
        labels: [:]
    )
}

extension [ImageContents.Entry] {
    /// Whether the layer has only the file `plugin.wasm` at its root, with the permissions of a bare module's layer.
    var isOnlyPlugin: Bool {
        count == 1 && allSatisfy { $0.path != nil && $0.name == PluginFile.name && $0.permissions == 0o644 }
    }
}
