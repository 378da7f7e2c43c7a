package import OCI
package import SystemPackage

/// What an image is to be made of, before a byte of it is read.
package struct ImageContents: Sendable {
    /// A file or folder of a layer, and where its content is on this machine.
    package struct Entry: Sendable, Hashable {
        /// Its name in the layer: no `/` or `./` at its start, and none at its end.
        package let name: String
        /// Its permissions in the layer.
        package let permissions: UInt16
        /// Where the file is now; `nil` for a folder.
        package let path: FilePath?

        /// Names a file.
        package init(file path: FilePath, named name: String, permissions: UInt16 = 0o644) {
            self.name = name
            self.permissions = permissions
            self.path = path
        }

        /// Names a folder.
        package init(folder name: String, permissions: UInt16 = 0o755) {
            self.name = name
            self.permissions = permissions
            path = nil
        }

        /// Whether proxies take it for the plugin: only the last part of the name counts.
        package var isPlugin: Bool { path != nil && FilePath(name).lastComponent?.string == PluginFile.name }
    }

    /// One step of how the image was made.
    package struct Instruction: Sendable, Hashable {
        /// What the config's history says of it.
        package let text: String
        /// Whether it made a layer.
        package let makesLayer: Bool

        /// Describes a step.
        package init(_ text: String, makesLayer: Bool) {
            self.text = text
            self.makesLayer = makesLayer
        }
    }

    /// What a proxy picks if the image is ever listed in an index.
    package static let defaultPlatform = Platform.linuxAMD64

    /// The layers' entries, lowest layer first, each in the order of its tar.
    package var layers: [[Entry]]
    /// The process settings of the image.
    package var execution: ImageConfig.Execution
    /// How the image was made.
    package var instructions: [Instruction]
    /// What the config says that it runs on.
    package var platform = defaultPlatform
    /// Who made it.
    package var author: String?

    /// Describes an image.
    package init(layers: [[Entry]], execution: ImageConfig.Execution, instructions: [Instruction]) {
        self.layers = layers
        self.execution = execution
        self.instructions = instructions
    }

    /// What `FROM scratch` and `ADD ./plugin.wasm ./plugin.wasm` make of a module.
    package init(module: FilePath, labels: [String: String]) {
        layers = [[Entry(file: module, named: PluginFile.name)]]
        execution = .initial
        execution.labels = labels
        instructions = [
            Instruction("ADD ./\(PluginFile.name) ./\(PluginFile.name) # wasmpack", makesLayer: true)
        ]
    }

    /// The module that proxies take: the first of its name in the last layer that has one.
    package var module: FilePath? {
        layers.last { $0.contains(where: \.isPlugin) }?.first(where: \.isPlugin)?.path
    }
}

extension ImageConfig.Execution {
    /// What BuildKit writes for `FROM scratch`.
    package static let initial = ImageConfig.Execution(
        env: ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],
        workingDir: "/",
        labels: [:]
    )
}
