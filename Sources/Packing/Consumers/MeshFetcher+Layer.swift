import Archive
import Diagnostics
import OCI

/// What is said of the one layer that is read.
extension MeshFetcher {
    func tarFindings(_ layer: LayerFacts) -> [Finding] {
        guard let contents = layer.contents else { return [unreadable(layer)] }
        let excess = max(contents.unpackedSize, contents.firstNamed?.size ?? 0)
        if excess > limit {
            return [
                error(
                    "too-large",
                    "the unpacked layer has more than the \(limit) bytes that are read",
                    saying: tooLarge(.file(contents.firstNamed?.size ?? excess)),
                    try: Self.smaller
                )
            ]
        }
        guard contents.compression == .gzip else {
            return [
                error(
                    "layer-content",
                    "the layer's type says gzip, but it is \(contents.described)",
                    saying: "failed to parse layer as tar.gz: gzip: invalid header"
                )
            ]
        }
        guard contents.content == .tar || contents.entryCount > 0 else {
            return [error("layer-content", "the layer's type says tar, but it is \(contents.described)")]
        }
        // Whether a damage is before the module's end or behind it, nobody has looked.
        guard layer.problem == nil else { return [unreadable(layer)] }
        guard let entry = contents.firstNamed else { return [missing(contents)] }
        guard entry.isRegularFile else {
            return [
                error(
                    "plugin-invalid",
                    "the layer's first \(PluginFile.name) is no regular file, and what is read of it is empty",
                    saying: invalid
                )
            ]
        }
        return contentFindings() + oddities(of: contents)
    }

    private func missing(_ contents: LayerReader.Contents) -> Finding {
        let names = contents.entries.prefix(5).map { $0.name.truncated(to: 100) }
        return error(
            "plugin-not-found",
            "the last layer has no file \(PluginFile.name)"
                + (names.isEmpty ? "" : "; it has " + names.joined(separator: ", ")),
            saying: "\(PluginFile.name) not found in the archive"
        )
    }

    private func oddities(of contents: LayerReader.Contents) -> [Finding] {
        var findings: [Finding] = []
        if contents.matches.count > 1 {
            findings.append(
                Finding(
                    "several-plugins",
                    .warning,
                    "the layer has \(contents.matches.count) files \(PluginFile.name); the first one is loaded"
                )
            )
        }
        if contents.entryCount > 1 {
            findings.append(
                Finding(
                    "extra-files",
                    .note,
                    "the layer has \(contents.entryCount) entries; memory is taken for each one before the plugin is found"
                )
            )
        }
        return findings
    }

    func bareFindings(_ layer: LayerFacts) -> [Finding] {
        guard layer.descriptor.size <= limit else {
            return [
                error(
                    "too-large",
                    "the module has more than the \(limit) bytes that are read, and may be cut off without a word",
                    saying: tooLarge(.layer),
                    try: Self.smaller
                )
            ]
        }
        guard let contents = layer.contents else { return [unreadable(layer)] }
        guard contents.content == .module, contents.compression == .none else {
            return [
                error(
                    "plugin-invalid",
                    "the layer's type says a bare module, but it is \(contents.described)",
                    saying: invalid
                )
            ]
        }
        return contentFindings()
    }
}
