package import Diagnostics

extension Manifest {
    /// Throws ``Failure/Code/manifestInvalid`` for a config that is larger than anybody reads.
    package func failIfConfigIsTooLarge() throws(Failure) {
        guard config.size <= ImageConfig.sizeLimit else {
            throw Failure(
                .manifestInvalid,
                "the config \(config.digest.short) has \(config.size) bytes",
                why: "at most \(ImageConfig.sizeLimit) are read; configs have some hundreds"
            )
        }
    }
}

extension Descriptor {
    /// The largest content that is moved, in bytes: 8 GiB, what an archive of an image takes.
    package static let sizeLimit = 8 * 1024 * 1024 * 1024

    /// Throws ``Failure/Code/manifestInvalid`` for content that is larger than what is moved.
    package func failIfTooLarge() throws(Failure) {
        guard size <= Self.sizeLimit else {
            throw Failure(
                .manifestInvalid,
                "the \(role) \(digest.short) has \(size) bytes, as the manifest says",
                why: "at most 8 GiB are fetched or sent; plugins have some megabytes"
            )
        }
    }
}
