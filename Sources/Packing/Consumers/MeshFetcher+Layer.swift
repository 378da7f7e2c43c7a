import Archive
import Diagnostics
import OCI

/// The findings about the layer that the fetcher reads.
extension MeshFetcher {
    func tarFindings(_ layer: LayerFacts) -> [Finding] {
        guard let contents = layer.contents else { return [unreadable(layer)] }
        let excess = max(contents.unpackedSize, contents.firstNamed?.size ?? 0)
        if excess > limit {
            return [
                error(
                    "too-large",
                    "the unpacked layer is larger than the limit of \(limit) bytes",
                    consumerMessage: tooLarge(.file(contents.firstNamed?.size ?? excess)),
                    try: Self.smaller
                )
            ]
        }
        guard contents.compression == .gzip else {
            return [
                error(
                    "layer-content",
                    "the layer's type says gzip, but it is \(contents.described)",
                    consumerMessage: "failed to parse layer as tar.gz: gzip: invalid header"
                )
            ]
        }
        guard contents.content == .tar || contents.entryCount > 0 else {
            return [error("layer-content", "the layer's type says tar, but it is \(contents.described)")]
        }
        // The damage may be before or after the end of the module.
        guard layer.problem == nil else { return [unreadable(layer)] }
        guard let entry = contents.firstNamed else { return [missing(contents)] }
        guard entry.isRegularFile else {
            return [
                error(
                    "plugin-invalid",
                    "the layer's first \(PluginFile.name) is not a regular file, so its content is empty",
                    consumerMessage: invalid
                )
            ]
        }
        return contentFindings() + oddities(of: contents)
    }

    private func missing(_ contents: LayerReader.Contents) -> Finding {
        let names = contents.entries.prefix(5).map { $0.name.truncated(to: 100) }
        return error(
            "plugin-not-found",
            "the last layer does not contain \(PluginFile.name)"
                + (names.isEmpty ? "" : "; it contains " + names.joined(separator: ", ")),
            consumerMessage: "\(PluginFile.name) not found in the archive"
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
                    "the layer has \(contents.entryCount) entries; proxies use memory for each entry before the plugin"
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
                    "the module is larger than the limit of \(limit) bytes and may be truncated silently",
                    consumerMessage: tooLarge(.layer),
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
                    consumerMessage: invalid
                )
            ]
        }
        return contentFindings()
    }
}
