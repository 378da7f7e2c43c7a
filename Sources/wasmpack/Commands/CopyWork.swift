import Diagnostics
import HostSystem
import OCI
import Packing
import Registry
import Storage
import SystemPackage

/// One run of `copy`: which sides are opened, and what is reported.
struct CopyWork {
    /// The source as the user named it.
    let from: String
    let to: CopyDestination
    let copying: ImageCopy
    let registries: CopyRegistries
    /// The folder for temporary content; it exists until the copy has ended.
    let folder: LazyTemporaryDirectory
    let context: CommandContext

    /// An image that is ready to be copied, with its name.
    private struct Image {
        let prepared: ImageCopy.Prepared
        let name: EntryName
        /// The repository, if it comes from a registry.
        let repository: Reference?

        var root: Descriptor { prepared.root }
    }

    /// Copies an image of a registry.
    func copy(_ reference: Reference) async throws(Failure) -> CopyResult {
        let reference = reference.reading(context)
        registries.from.announce(reference, context)
        let repository = try await registries.from.repository(
            of: reference,
            for: .pull,
            credentials: registries.credentials?.from,
            spoolingIn: copying.spool(toLayout: to.layout),
            context
        )
        let root = try await repository.find(reference)
        let name = EntryName(.reference(reference))
        if copying.format == nil, to.reference?.isSameImage(as: reference) == true { return same(root, name) }
        let prepared = try await copying.prepare(root, in: repository)
        return try await copy(image(prepared, insteadOf: root, name, from: reference))
    }

    /// Copies an image of a layout or an archive.
    func copy(_ wanted: RefName, of store: some LocalStore) async throws(Failure) -> CopyResult {
        let entry = try store.entry(wanted)
        let root = entry.annotated(nil)
        let name = EntryName(of: entry)
        if copying.format == nil, to.isSame(as: store.path, name, root.digest) { return same(root, name) }
        return try await copy(image(copying.prepare(root, in: store), insteadOf: root, name))
    }

    /// Reports what became of an image, and returns it with the name that it has from now on.
    private func image(
        _ prepared: ImageCopy.Prepared,
        insteadOf root: Descriptor,
        _ name: EntryName,
        from repository: Reference? = nil
    ) -> Image {
        let name = name.passed(from: root.digest, to: prepared.root.digest)
        guard let repacking = prepared.repacking, let format = copying.format else {
            return Image(prepared: prepared, name: name, repository: repository)
        }
        if let note = repacking.choice.note { context.record(.note(note)) }
        for warning in repacking.warnings { context.record(.warning(warning)) }
        let old = repacking.choice.image.digest
        guard repacking.image != nil else {
            context.record(
                .note("\(old.short) already has the format \"\(format)\" and is copied unchanged")
            )
            return Image(prepared: prepared, name: name, repository: repository)
        }
        context.record(.step("repacked", "\(old.short) as \(prepared.root.digest.short) (\(format))"))
        // The new blobs are in no registry.
        return Image(prepared: prepared, name: name, repository: nil)
    }

    private func copy(_ image: Image) async throws(Failure) -> CopyResult {
        switch to {
        case .reference(let reference):
            let target = reference.named(orPinnedTo: image.root.digest)
            registries.to.announce(target, context)
            let repository = try await registries.to.repository(
                of: target,
                for: .push,
                mountingFrom: image.repository?.repository(sharedWith: target),
                credentials: registries.credentials?.to,
                spoolingIn: .temporary(folder),
                context
            )
            do throws(Failure) {
                return try await copy(image, to: repository, as: .reference(target), called: target)
            } catch {
                throw error.adding(result: "no tag was set")
            }
        case .layout(let path, let newName):
            let layout = try await ImageLayout(creating: path)
            let name = image.name.replaced(by: newName)
            context.reporter.warnOfDockersTypes(of: image.root, inArchive: false)
            try context.reporter.warn(ofTagOf: name, image.root.digest, in: layout)
            return try await layout.cleaningUp { () async throws(Failure) in
                try await copy(
                    image,
                    to: layout.naming(name),
                    as: newName ?? .digest(image.root.digest),
                    called: name.reference
                )
            }
        case .archive(let path, let newName):
            let name = image.name.replaced(by: newName)
            context.reporter.warnOfDockersTypes(of: image.root, inArchive: true)
            return try await copy(
                image,
                to: ImageArchiveOutput(at: path, naming: [name], unpackingIn: folder.path()),
                as: newName ?? .digest(image.root.digest),
                called: name.reference
            )
        }
    }

    private func copy(
        _ image: Image,
        to destination: some ContentDestination,
        as name: RefName,
        called reference: Reference?
    ) async throws(Failure) -> CopyResult {
        let isBetweenRegistries = image.repository != nil && to.reference != nil
        let report = try await Storage.copy(
            image.root,
            from: image.prepared.content,
            to: destination,
            as: name,
            events: context.reporter.transfers("copied", passes: isBetweenRegistries ? 2 : 1)
        )
        var result = CopyResult(from: from, to: to, reference: reference, report: report)
        if let repacking = image.prepared.repacking, let format = copying.format {
            result.origin = (repacking.choice.image.digest, format)
        }
        context.record(
            result.isUnchangedArchive
                ? .note("\(to) is already up to date, nothing copied") : .step("copied", result.summary)
        )
        if let tag = to.reference?.tag {
            context.reporter.noteMoves(in: [TagChange(tag, previous: report.previous)], to: report.root)
        }
        return result
    }

    /// The result if FROM and TO are the same image: nothing is read or written.
    private func same(_ root: Descriptor, _ name: EntryName) -> CopyResult {
        context.record(.note("FROM and TO are the same image: nothing to do"))
        return CopyResult(
            from: from,
            to: to,
            reference: to.reference ?? name.reference,
            report: CopyReport(root: root, previous: root, parts: [])
        )
    }
}

extension CopyDestination {
    /// The layout's folder, if the destination is one.
    fileprivate var layout: FilePath? {
        if case .layout(let path, _) = self { path } else { nil }
    }

    /// Whether an image would be copied onto itself: the same folder or file, and the same name.
    fileprivate func isSame(as source: FilePath, _ name: EntryName, _ digest: Digest) -> Bool {
        switch self {
        case .reference: false
        case .layout(let target, let newName), .archive(let target, let newName):
            Directory.isSame(source, target) && name.isUnchanged(by: newName, for: digest)
        }
    }
}
