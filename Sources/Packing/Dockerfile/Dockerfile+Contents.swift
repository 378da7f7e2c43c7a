package import Diagnostics
import OCI

extension Dockerfile {
    /// Resolves the files that the instructions name.
    ///
    /// - Parameters:
    ///   - context: the folder that contains them.
    ///   - events: receives warnings: patterns without matches, and a module that proxies will not find.
    /// - Returns: an image's contents, which include a module.
    /// - Throws: ``Failure/Code/dockerfileInvalid``, ``Failure/Code/dockerfileUnsupported``, and
    ///   ``Failure/Code/pluginMissing`` when no file of the image is named `plugin.wasm`.
    package func contents(in context: BuildContext, events: some EventSink) throws(Failure) -> ImageContents {
        var tree = ImageTree()
        var contents = ImageContents(layers: [], execution: execution, instructions: [])
        contents.platform = platform
        contents.author = author
        for step in steps {
            switch step.effect {
            case .nothing: break
            case .makingFolder(let path):
                try tree.makeFolder(String(path.dropFirst()), permissions: nil, at: step.location)
            case .copying(let copying):
                try tree.copy(copying, from: context, at: step.location, events)
            }
            let layer = tree.takeLayer()
            if !layer.isEmpty { contents.layers.append(layer) }
            // However the Dockerfile spells it, the layer is that of a bare module, and so is the digest.
            contents.instructions.append(
                layer.isOnlyPlugin ? .addingPlugin : .init(step.text, makesLayer: !layer.isEmpty)
            )
        }
        guard contents.module != nil else { throw noPlugin(in: tree) }
        if contents.layers.last?.contains(where: \.isPlugin) == false {
            events.record(
                .warning(
                    "\(file): \(PluginFile.name) is not in the last layer, the only one that Istio reads; move its ADD or COPY to the end"
                )
            )
        }
        return contents
    }

    private func noPlugin(in tree: ImageTree) -> Failure {
        let why =
            "proxies look for a file with that name; Istio would say \"\(PluginFile.name) not found in the archive\""
        let entry = tree.entries.values.filter { $0.path != nil && $0.name.hasSuffix(".wasm") }
            .min { $0.name < $1.name }
        for step in steps {
            guard let entry, case .copying(let copying) = step.effect, let source = copying.sources.first
            else {
                continue
            }
            guard copying.mayProduce(entry) else { continue }
            return Failure(
                .pluginMissing,
                "\(file):\(step.location.line): the module is named /\(entry.name.truncated(to: 120)), not \(PluginFile.name)",
                why: why,
                try: ["\(copying.instruction) \(source.truncated(to: 120)) ./\(PluginFile.name)"]
            )
        }
        return Failure(
            .pluginMissing,
            "\(file) does not add \(PluginFile.name)",
            why: why,
            try: ["ADD ./\(PluginFile.name) ./\(PluginFile.name)"]
        )
    }
}

extension Dockerfile.Copying {
    /// Whether this instruction may have added a file of the image.
    fileprivate func mayProduce(_ entry: ImageContents.Entry) -> Bool {
        let target = ImagePath.withoutSlash(self.target)
        return target == "/" || "/\(entry.name)" == target || "/\(entry.name)".hasPrefix("\(target)/")
    }
}
