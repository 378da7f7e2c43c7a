import Diagnostics
import OCI
import Registry

extension Reporter {
    /// Reports each tag that was set, and what it pointed to before.
    func record(_ changes: [TagChange], to root: Descriptor) {
        for change in changes { record(.step("tagged", "\(change.tag)  \(change.before(root))")) }
    }

    /// Explains once, for all tags that moved, what this means for proxies.
    func noteMoves(in changes: [TagChange], to root: Descriptor) {
        let moved = changes.filter { $0.moves(to: root) }.map(\.tag.description)
        guard !moved.isEmpty else { return }
        let (verb, object) = moved.count == 1 ? ("points", "it") : ("point", "them")
        record(
            .note(
                "\(moved.joined(separator: ", ")) now \(verb) to another image; proxies that cached \(object) keep the old one (IfNotPresent), so deploy by digest"
            )
        )
    }
}

extension TagChange {
    /// Whether the tag pointed to another image.
    func moves(to root: Descriptor) -> Bool { previous.map { $0.digest != root.digest } ?? false }

    /// Describes the change of the tag.
    func before(_ root: Descriptor) -> String { root.replacing(previous) }
}

extension Descriptor {
    /// Describes the change of a name that pointed to `previous`, and now points to this image.
    func replacing(_ previous: Descriptor?) -> String {
        switch previous?.digest {
        case nil: "new tag"
        case digest: "unchanged"
        case let previous?: "moved from \(previous.short)"
        }
    }
}

extension [TagChange] {
    /// The digest that each tag pointed to, for a JSON document.
    var previousDigests: [String: Nullable<String>] {
        reduce(into: [:]) { $0["\($1.tag)"] = Nullable($1.previous?.digest.description) }
    }
}

extension [Tag] {
    /// The tags without duplicates, in order.
    var unique: [Tag] {
        var seen: Set<Tag> = []
        return filter { seen.insert($0).inserted }
    }
}
