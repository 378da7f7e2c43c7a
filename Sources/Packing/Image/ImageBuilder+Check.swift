package import Diagnostics
import OCI
import SystemPackage

extension ImageBuilder {
    /// Throws ``Failure/Code/usage`` for what is to go into the image and has no place in its format.
    ///
    /// Leaving it away silently would be noticed long after.
    package func check(_ contents: ImageContents) throws(Failure) {
        let format = options.format
        if !format.hasAnnotations, !options.annotations.isEmpty {
            throw format.hasNoPlace(
                for: "annotations",
                "Docker's manifests have none",
                try: ["--label, which goes to the config", "--format image"]
            )
        }
        if !format.hasLabels, !(contents.execution.labels ?? [:]).isEmpty {
            throw format.hasNoPlace(
                for: "labels",
                "it has no image config to put them in",
                try: ["--annotation, which goes to the manifest", "--format image"]
            )
        }
        if format != .artifact, options.runtimeConfig != nil {
            throw format.hasNoPlace(
                for: "a runtime config",
                "proxies read \(PluginFile.name) alone there",
                try: ["--format artifact"]
            )
        }
        if !format.isTar { _ = try contents.onlyFile(for: format) }
    }
}

extension ImageFormat {
    fileprivate func hasNoPlace(for what: String, _ why: String, try hints: [String]) -> Failure {
        Failure(
            .usage,
            "an image of the format \"\(rawValue)\" has no place for \(what)",
            why: why,
            try: hints
        )
    }
}

extension ImageContents {
    /// The one file that is to be in the image; throws ``Failure/Code/usage`` if there are others.
    func onlyFile(for format: ImageFormat) throws(Failure) -> FilePath {
        let files = layers.joined().compactMap(\.path)
        guard let file = files.first, files.count == 1 else {
            throw format.hasNoPlace(
                for: "further files",
                "it holds the module and nothing else",
                try: ["--format image"]
            )
        }
        return file
    }
}
