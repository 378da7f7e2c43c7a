import Diagnostics
package import OCI

/// The name of an image in the index of a layout or an archive: its entry's annotations (image spec, "Image Layout").
package struct EntryName: Hashable, Sendable {
    /// The entry's annotations; `nil` for an image without a name.
    package let annotations: Annotations?

    /// Makes the annotations for a name: the tag, and the full reference if there is one.
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

    /// Keeps all annotations of an entry of another index.
    package init(of entry: Descriptor) {
        annotations = entry.annotations.flatMap { $0.isEmpty ? nil : $0 }
    }

    /// Returns the name of a copy for which the user gave a new name.
    ///
    /// A digest only selects the image and does not remove its name.
    package func replaced(by newName: RefName?) -> EntryName {
        switch newName {
        case .digest?, nil: self
        case let newName?: EntryName(newName)
        }
    }

    /// Returns the name for an image that replaces another one; a name that is only the old digest is dropped.
    package func passed(from oldDigest: Digest, to digest: Digest) -> EntryName {
        let isOldDigest = reference.map { $0.tag == nil && $0.digest == oldDigest } ?? false
        return isOldDigest && oldDigest != digest ? EntryName(.only) : self
    }

    /// Returns whether the image already has a new name, so that a copy within the same store changes nothing.
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

    /// The tag alone; some programs read no other annotation.
    package var tag: String? { annotations?[AnnotationKey.referenceName] }

    /// Returns whether a name means this entry: the full name or the tag.
    package func isMeant(by name: RefName) -> Bool {
        if case .tag(let tag) = name { return self.tag == tag.description }
        return EntryName(name) == self
    }

    /// Returns whether an entry is removed when another image gets this name.
    func replaces(_ entry: Descriptor) -> Bool {
        if let reference { return entry.isNamed(reference) }
        if let fullName = annotations?[AnnotationKey.fullImageName] { return entry.fullName == fullName }
        guard let name = annotations?[AnnotationKey.referenceName] else {
            guard let digest = annotations?[AnnotationKey.servedDigest] else { return entry.isUntagged }
            return entry.annotations?[AnnotationKey.servedDigest] == digest
        }
        return entry.referenceName == name && entry.fullName == nil
    }
}

extension Index {
    /// Returns the entry that a name points to.
    ///
    /// A full reference means the entry with exactly that name, or else the only entry, if that has no name.
    ///
    /// - Parameters:
    ///   - name: the name to find.
    ///   - store: the layout or the archive, for messages.
    /// - Returns: the entry, with its annotations.
    /// - Throws: ``Failure/Code/notFound``, or ``Failure/Code/nameAmbiguous`` if the name matches several images; both
    ///   list the existing images.
    func entry(_ name: RefName, in store: String) throws(Failure) -> Descriptor {
        let found: [Descriptor] =
            switch name {
            case .reference(let reference): manifests.matching(reference)
            case .tag(let tag): manifests.filter { $0.referenceName == tag.description }
            case .digest(let digest): manifests.filter { $0.digest == digest }
            case .only: manifests
            }
        guard let first = found.first else { throw notFound(name, in: store) }
        guard found.allSatisfy({ $0.digest == first.digest }) else {
            throw ambiguous(name, among: found, in: store)
        }
        return first
    }

    /// Returns all entries of the image that a name points to, or all entries without a name.
    func entries(_ name: RefName?, in store: String) throws(Failure) -> [Descriptor] {
        guard let name else { return manifests }
        let digest = try entry(name, in: store).digest
        return manifests.filter { $0.digest == digest }
    }

    /// The names of all entries, for messages.
    var names: [String] { manifests.map(\.shownName) }

    private func notFound(_ name: RefName, in store: String) -> Failure {
        let what =
            switch name {
            case .only: "image"
            case .reference: "image named \(name)"
            default: name.description
            }
        return Failure(
            .notFound,
            "\(store) has no \(what)",
            why: names.isEmpty ? "it is empty" : "it has " + names.joined(separator: ", "),
            try: names.isEmpty
                ? ["wasmpack build plugin.wasm --layout \(store)"]
                : selectors(of: manifests, in: store)
        )
    }

    /// Returns texts that select entries, for messages: at most five, without duplicates.
    private func selectors(of entries: [Descriptor], in store: String) -> [String] {
        Array(entries.map { selector(of: $0, in: store) }.withoutDuplicates.prefix(5))
    }

    /// Returns the text that selects an entry: a unique tag, else the digest.
    private func selector(of entry: Descriptor, in store: String) -> String {
        if let tag = entry.referenceName, manifests.filter({ $0.referenceName == tag }).count == 1 {
            return "\(store):\(tag)"
        }
        return "\(store)@\(entry.digest)"
    }

    private func ambiguous(_ name: RefName, among found: [Descriptor], in store: String) -> Failure {
        Failure(
            .nameAmbiguous,
            name == .only ? "\(store) contains several images" : "\(name) matches several images of \(store)",
            why: "it has " + found.map(\.shownName).joined(separator: ", "),
            try: selectors(of: found, in: store)
        )
    }
}

extension [Descriptor] {
    /// Returns the entries that a full reference means: those with its digest or its name, else the only one without a
    /// name.
    fileprivate func matching(_ reference: Reference) -> [Descriptor] {
        if let digest = reference.digest { return filter { $0.digest == digest } }
        let named = filter { $0.isNamed(reference) }
        guard named.isEmpty, count == 1 else { return named }
        return filter(\.isUntagged)
    }
}

extension Descriptor {
    fileprivate var shownName: String { fullName ?? referenceName ?? digest.description }
}
