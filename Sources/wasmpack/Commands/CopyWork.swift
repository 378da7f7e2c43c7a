import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

/// One run of `copy`.
struct CopyWork {
    /// The source as the user named it.
    let from: String
    let to: CopyDestination
    /// The format to repack the image in; `nil` to copy it unchanged.
    let format: ImageFormat?
    let registries: CopyRegistries
    /// The folder for temporary content; it exists until the copy has ended.
    let folder: FilePath
    let context: CommandContext

    /// An image of the source, with its name there.
    private struct Image {
        let root: Descriptor
        let name: EntryName
        /// The repository, if it comes from a registry.
        var repository: Reference?

        /// Returns the image with its name adjusted because it replaces another image.
        func named(insteadOf other: Descriptor) -> Image {
            let name = name.passed(from: other.digest, to: root.digest)
            return Image(root: root, name: name, repository: repository)
        }
    }

    /// Copies an image of a registry.
    func copy(_ reference: Reference) async throws(Failure) -> CopyResult {
        let reference = reference.reading(context)
        var directory = folder
        // An image that will be repacked is fetched before the layout is created.
        if case .layout(let path, _) = to, format == nil { directory = ImageLayout.spoolDirectory(of: path) }
        registries.from.announce(reference, context)
        let repository = try await registries.from.repository(
            of: reference,
            for: .pull,
            credentials: registries.credentials?.from,
            spoolingIn: directory,
            context
        )
        let image = Image(
            root: try await repository.resolve(.reference(reference)),
            name: EntryName(.reference(reference)),
            repository: reference
        )
        if format != nil { return try await repack(image, from: repository) }
        if case .reference(let target) = to, target.isSameImage(as: reference) { return same(image) }
        return try await copy(image, from: repository)
    }

    /// Copies an image of a layout or an archive, after verifying all of it.
    func copy(_ name: RefName, of store: some LocalStore) async throws(Failure) -> CopyResult {
        let entry = try store.entry(name)
        let image = Image(root: entry.annotated(nil), name: EntryName(of: entry))
        // Only the module is used, and it is verified while it is read.
        if format != nil { return try await repack(image, from: store) }
        switch to {
        case .layout(let target, let newName) where isSame(store.path, target, image, newName),
            .archive(let target, let newName) where isSame(store.path, target, image, newName):
            return same(image)
        default:
            return try await copy(image, from: store.verify(image.root))
        }
    }

    /// Repacks the image in the wanted format, and copies the result.
    private func repack(_ image: Image, from source: some ContentSource) async throws(Failure) -> CopyResult {
        guard let format else { return try await copy(image, from: source) }
        let repacking = try await Repacking(
            of: image.root,
            in: source,
            as: format,
            spoolingIn: folder,
            processorCount: Environment.processorCount
        )
        let old = repacking.choice.image
        if let note = repacking.choice.note { context.record(.note(note)) }
        for warning in repacking.warnings { context.record(.warning(warning)) }
        guard let new = repacking.image else {
            context.record(
                .note("\(old.digest.short) already has the format \"\(format)\" and is copied unchanged")
            )
            let same = Image(root: old.annotated(nil), name: image.name, repository: image.repository)
            return try await copy(same.named(insteadOf: image.root), from: source.verify(same.root))
                .repacked(from: old, format)
        }
        let root = new.manifest.descriptor
        context.record(.step("repacked", "\(old.digest) as \(root.digest) (\(format))"))
        return try await copy(Image(root: root, name: image.name).named(insteadOf: image.root), from: new)
            .repacked(from: old, format)
    }

    private func copy(_ image: Image, from source: some ContentSource) async throws(Failure) -> CopyResult {
        let digest = RefName.digest(image.root.digest)
        switch to {
        case .reference(let reference):
            // Without a tag and digest in TO, the image was named by its digest.
            let isNamed = reference.tag != nil || reference.digest != nil
            let target = isNamed ? reference : reference.pinned(to: image.root.digest)
            let mountSource = image.repository.flatMap {
                $0.registry == target.registry ? $0.repository : nil
            }
            registries.to.announce(target, context)
            let repository = try await registries.to.repository(
                of: target,
                for: .push,
                mountingFrom: mountSource,
                credentials: registries.credentials?.to,
                spoolingIn: folder,
                context
            )
            return try await copy(image, from: source, to: repository, as: .reference(target), called: target)
        case .layout(let path, let newName):
            let layout = try await ImageLayout(creating: path)
            let name = image.name.replaced(by: newName)
            context.reporter.warnOfDockersTypes(of: image.root, inArchive: false)
            try context.reporter.warn(ofTagOf: name, image.root.digest, in: layout)
            return try await copy(
                image,
                from: source,
                to: layout.naming(name),
                as: newName ?? digest,
                called: name.reference
            )
        case .archive(let path, let newName):
            let name = image.name.replaced(by: newName)
            context.reporter.warnOfDockersTypes(of: image.root, inArchive: true)
            return try await copy(
                image,
                from: source,
                to: ImageArchiveOutput(at: path, naming: [name], unpackingIn: folder),
                as: newName ?? digest,
                called: name.reference
            )
        }
    }

    private func copy(
        _ image: Image,
        from source: some ContentSource,
        to destination: some ContentDestination,
        as name: RefName,
        called reference: Reference?
    ) async throws(Failure) -> CopyResult {
        let isBetweenRegistries = image.repository != nil && to.reference != nil
        let report = try await Storage.copy(
            image.root,
            from: source,
            to: destination,
            as: name,
            events: context.reporter.transfers("copied", passes: isBetweenRegistries ? 2 : 1)
        )
        let result = CopyResult(from: from, to: to, reference: reference, report: report)
        context.record(.step("copied", result.summary))
        if let tag = to.reference?.tag {
            context.reporter.noteMoves(in: [TagChange(tag, previous: report.previous)], to: report.root)
        }
        return result
    }

    /// Whether an image would be copied onto itself: the same folder or file, and the same name.
    private func isSame(_ source: FilePath, _ target: FilePath, _ image: Image, _ newName: RefName?) -> Bool {
        Directory.isSame(source, target) && image.name.isUnchanged(by: newName, for: image.root.digest)
    }

    /// The result if FROM and TO are the same image: nothing is read or written.
    private func same(_ image: Image) -> CopyResult {
        context.record(.note("FROM and TO are the same image: nothing to do"))
        let report = CopyReport(root: image.root, previous: image.root, parts: [])
        return CopyResult(
            from: from,
            to: to,
            reference: to.reference ?? image.name.reference,
            report: report
        )
    }
}
