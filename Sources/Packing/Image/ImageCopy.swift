package import Diagnostics
package import HostSystem
package import OCI
package import Storage
package import SystemPackage

/// How an image is copied: byte for byte, or packed again in another format.
package struct ImageCopy: Sendable {
    /// An image that may be copied to a destination.
    package struct Prepared: Sendable {
        /// The image or the index to copy.
        package let root: Descriptor
        /// The source that contains it.
        package let content: any ContentSource
        /// What became of it if a format was given; `nil` for a copy byte for byte.
        package let repacking: Repacking?
    }

    /// The format to pack the module in; `nil` for a copy byte for byte.
    package let format: ImageFormat?
    private let folder: LazyTemporaryDirectory
    private let processorCount: Int

    /// Describes a copy.
    ///
    /// - Parameters:
    ///   - format: the format to pack the module in; `nil` for a copy byte for byte.
    ///   - folder: the folder for temporary content; it must be kept until the copy has ended.
    ///   - processorCount: the number of blocks to compress in parallel.
    package init(as format: ImageFormat?, spoolingIn folder: LazyTemporaryDirectory, processorCount: Int) {
        self.format = format
        self.folder = folder
        self.processorCount = processorCount
    }

    /// Returns the folder for downloads: that of the layout they are copied to, if any, where a rename is enough.
    ///
    /// An image that may be packed again is fetched before its layout is created.
    package func spool(toLayout layout: FilePath?) -> SpoolFolder {
        guard let layout, format == nil else { return .temporary(folder) }
        return .existing(ImageLayout.spoolDirectory(of: layout))
    }

    /// Prepares an image of a source that verifies its content while it is copied, such as a registry.
    ///
    /// Throws the errors of ``Repacking``.
    package func prepare(_ root: Descriptor, in source: some ContentSource) async throws(Failure) -> Prepared
    {
        guard let repacking = try await repacking(root, in: source) else {
            return Prepared(root: root, content: source, repacking: nil)
        }
        return repacking.prepared
            ?? Prepared(
                root: repacking.choice.image.annotated(nil),
                content: repacking.source,
                repacking: repacking
            )
    }

    /// Prepares an image of a store that may be damaged: all of it is verified before any of it is sent.
    ///
    /// If it is packed again, only its module is used, which is verified while it is read. Throws the errors of
    /// ``Repacking``, and the first failure of the verification.
    package func prepare(_ root: Descriptor, in store: some LocalStore) async throws(Failure) -> Prepared {
        let repacking = try await repacking(root, in: store)
        if let prepared = repacking?.prepared { return prepared }
        let image = repacking?.choice.image.annotated(nil) ?? root
        return Prepared(root: image, content: try await store.verify(image), repacking: repacking)
    }

    private func repacking(_ root: Descriptor, in source: some ContentSource) async throws(Failure)
        -> Repacking?
    {
        guard let format else { return nil }
        return try await Repacking(
            of: root,
            in: source,
            as: format,
            spoolingIn: folder.path(),
            processorCount: processorCount
        )
    }
}

extension Repacking {
    /// The new image; `nil` if the original has the format already.
    fileprivate var prepared: ImageCopy.Prepared? {
        image.map { ImageCopy.Prepared(root: $0.manifest.descriptor, content: $0, repacking: self) }
    }
}
