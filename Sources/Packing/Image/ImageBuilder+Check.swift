package import Diagnostics
import OCI
import SystemPackage

extension ImageBuilder {
    /// Throws ``Failure/Code/usage`` for options and files that the format does not support.
    ///
    /// Dropping them silently would be noticed too late.
    package func check(_ contents: ImageContents) throws(Failure) {
        let format = options.format
        if !format.hasAnnotations, !options.annotations.isEmpty {
            throw format.doesNotSupport(
                "annotations",
                "Docker manifests do not have annotations",
                try: ["use --label, which writes to the config", "use --format image"]
            )
        }
        if !format.hasLabels, !(contents.execution.labels ?? [:]).isEmpty {
            throw format.doesNotSupport(
                "labels",
                "labels belong to an image config, which this format does not have",
                try: ["use --annotation, which writes to the manifest", "use --format image"]
            )
        }
        if format != .artifact, options.runtimeConfig != nil {
            throw format.doesNotSupport(
                "a runtime config",
                "proxies read only \(PluginFile.name) from it",
                try: ["use --format artifact"]
            )
        }
        if !format.isTar { _ = try contents.onlyFile(for: format) }
    }
}

extension ImageFormat {
    fileprivate func doesNotSupport(_ what: String, _ why: String, try hints: [String]) -> Failure {
        Failure(
            .usage,
            "the format \"\(rawValue)\" does not support \(what)",
            why: why,
            try: hints
        )
    }
}

extension ImageContents {
    /// Returns the only file of the image; throws ``Failure/Code/usage`` if there are others.
    func onlyFile(for format: ImageFormat) throws(Failure) -> FilePath {
        let files = layers.joined().compactMap(\.path)
        guard let file = files.first, files.count == 1 else {
            throw format.doesNotSupport(
                "additional files",
                "its only content is the module",
                try: ["use --format image"]
            )
        }
        return file
    }
}
