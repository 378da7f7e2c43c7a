import Diagnostics
package import OCI

/// How an image is named in the index of a layout or an archive: the annotations of its entry (image spec, "Image
/// Layout").
package struct EntryName: Hashable, Sendable {
    /// What the entry carries; `nil` for an image without a name.
    let annotations: Annotations?

    /// Writes a name as annotations: the tag, and the full reference where there is one.
    package init(_ name: RefName) {
        switch name {
        case .reference(let reference):
            var annotations = [AnnotationKey.fullImageName: reference.nameInLayout]
            if reference.tag != nil || reference.digest == nil {
                annotations[AnnotationKey.referenceName] = (reference.tag ?? .latest).description
            }
            self.annotations = annotations
        case .tag(let tag): annotations = [AnnotationKey.referenceName: tag.description]
        case .digest, .only: annotations = nil
        }
    }

    /// Keeps what an entry of another index carries, whoever wrote it.
    package init(of entry: Descriptor) {
        annotations = entry.annotations.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// The name of the image in a place where it is to be called by another name.
    ///
    /// A digest only says which image is meant, and takes no name away.
    package func replaced(by newName: RefName?) -> EntryName {
        switch newName {
        case .digest?, nil: self
        case let newName?: EntryName(newName)
        }
    }

    /// The name for an image that takes the place of another one; a name that is only the other one's digest is dropped.
    package func passed(from other: Digest, to digest: Digest) -> EntryName {
        let isOthersOwn = reference.map { $0.tag == nil && $0.digest == other } ?? false
        return isOthersOwn && other != digest ? EntryName(.only) : self
    }

    /// Whether the image already has what a new name asks for, so that copying it within its place changes nothing.
    package func isUnchanged(by newName: RefName?, for digest: Digest) -> Bool {
        switch newName {
        case .digest(let named)?: named == digest
        case let newName?: isMeant(by: newName)
        case nil: true
        }
    }

    /// The full reference, if the entry carries one that can be read.
    package var reference: Reference? {
        annotations?[AnnotationKey.fullImageName].flatMap { try? Reference(parsing: $0) }
    }

    /// The tag alone, which is all that some programs look at.
    package var tag: String? { annotations?[AnnotationKey.referenceName] }

    /// Whether this is what somebody calls by a name: by the whole of it, or by the tag.
    package func isMeant(by name: RefName) -> Bool {
        if case .tag(let tag) = name { return self.tag == tag.description }
        return EntryName(name) == self
    }

    /// Whether an entry has to go when another image takes this name.
    func replaces(_ entry: Descriptor) -> Bool {
        if let reference { return entry.isNamed(reference) }
        if let fullName = annotations?[AnnotationKey.fullImageName] { return entry.fullName == fullName }
        guard let name = annotations?[AnnotationKey.referenceName] else { return entry.isUntagged }
        return entry.referenceName == name && entry.fullName == nil
    }
}

extension Index {
    /// The entry that a name stands for.
    ///
    /// A full reference stands for the entry of that very name, else for the only image there is.
    ///
    /// - Parameters:
    ///   - name: what is looked for.
    ///   - place: the layout or the archive, for messages.
    /// - Returns: the entry, with its annotations.
    /// - Throws: ``Failure/Code/notFound``, or ``Failure/Code/nameAmbiguous`` when the name fits several images; both
    ///   list what is there.
    func entry(_ name: RefName, in place: String) throws(Failure) -> Descriptor {
        let found: [Descriptor] =
            switch name {
            case .reference(let reference): manifests.matching(reference)
            case .tag(let tag): manifests.filter { $0.referenceName == tag.description }
            case .digest(let digest): manifests.filter { $0.digest == digest }
            case .only: manifests
            }
        guard let first = found.first else { throw notFound(name, in: place) }
        guard found.allSatisfy({ $0.digest == first.digest }) else {
            throw ambiguous(name, among: found, in: place)
        }
        return first
    }

    /// All entries of the image that a name stands for, or all there are.
    func entries(_ name: RefName?, in place: String) throws(Failure) -> [Descriptor] {
        guard let name else { return manifests }
        let digest = try entry(name, in: place).digest
        return manifests.filter { $0.digest == digest }
    }

    /// The names of all entries, for messages.
    var names: [String] { manifests.map(\.shownName) }

    private func notFound(_ name: RefName, in place: String) -> Failure {
        let what =
            switch name {
            case .only: "image"
            default: name.description
            }
        return Failure(
            .notFound,
            "\(place) has no \(what)",
            why: names.isEmpty ? "it is empty" : "it has " + names.joined(separator: ", "),
            try: names.isEmpty
                ? ["wasmpack build plugin.wasm --layout \(place)"]
                : names.prefix(5).map { "\(place):\($0.tagPart)" }
        )
    }

    private func ambiguous(_ name: RefName, among found: [Descriptor], in place: String) -> Failure {
        // A tag that is there once is enough; else only the digest tells.
        let names = found.map { entry in
            let tag = entry.referenceName.flatMap { tag in
                manifests.filter { $0.referenceName == tag }.count == 1 ? tag : nil
            }
            return tag.map { "\(place):\($0)" } ?? "\(place)@\(entry.digest)"
        }
        return Failure(
            .nameAmbiguous,
            name == .only ? "\(place) holds several images" : "\(name) fits several images of \(place)",
            why: "it has " + found.map(\.shownName).joined(separator: ", "),
            try: Array(names.prefix(5))
        )
    }
}

extension [Descriptor] {
    /// The entries that a full reference stands for: that very name, that very digest, else all there are.
    fileprivate func matching(_ reference: Reference) -> [Descriptor] {
        if let digest = reference.digest { return filter { $0.digest == digest } }
        let named = filter { $0.isNamed(reference) }
        return named.isEmpty ? self : named
    }
}

extension Descriptor {
    fileprivate var shownName: String { fullName ?? referenceName ?? digest.description }
}

extension String {
    /// What follows the last colon of a full name, or the whole.
    fileprivate var tagPart: Substring { split(separator: ":").last ?? self[...] }
}
