package import Diagnostics

extension Manifest {
    /// Throws ``Failure/Code/manifestInvalid`` for a config over ``ImageConfig/sizeLimit``.
    package func failIfConfigIsTooLarge() throws(Failure) {
        guard config.size <= ImageConfig.sizeLimit else {
            throw Failure(
                .manifestInvalid,
                "the config \(config.digest.short) has \(config.size) bytes",
                why:
                    "configs over \(ImageConfig.sizeLimit) bytes are rejected; a typical config has a few hundred"
            )
        }
    }
}

extension Descriptor {
    /// The largest content that is transferred, in bytes: 8 GiB, the limit of an image archive.
    package static let sizeLimit = 8 * 1024 * 1024 * 1024

    /// Throws ``Failure/Code/manifestInvalid`` for content over ``sizeLimit``.
    package func failIfTooLarge() throws(Failure) {
        guard size <= Self.sizeLimit else {
            throw Failure(
                .manifestInvalid,
                "the manifest gives the \(role) \(digest.short) a size of \(size) bytes",
                why: "blobs over 8 GiB are not transferred; a typical plugin has a few megabytes"
            )
        }
    }
}
