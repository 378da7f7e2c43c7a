import Diagnostics
import OCI
import Registry

extension Reporter {
    /// Says of each tag that was set what it stood for before.
    func record(_ changes: [TagChange], to root: Descriptor) {
        for change in changes { record(.step("tagged", "\(change.tag) (\(change.before(root)))")) }
    }

    /// Says once what it means that a tag was moved, if one was.
    func noteMoves(in changes: [TagChange], to root: Descriptor) {
        if changes.contains(where: { $0.moves(to: root) }) {
            record(
                .note(
                    "the tag was moved: proxies with imagePullPolicy IfNotPresent keep what they have; pin the digest"
                )
            )
        }
    }
}

extension TagChange {
    /// Whether the tag stood for something else.
    func moves(to root: Descriptor) -> Bool { previous.map { $0.digest != root.digest } ?? false }

    /// What the tag stood for, for people.
    func before(_ root: Descriptor) -> String { root.replacing(previous) }
}

extension Descriptor {
    /// What is changed where an image comes in the place of another, for people.
    func replacing(_ previous: Descriptor?) -> String {
        switch previous?.digest {
        case nil: "new"
        case digest: "as it was"
        case let other?: "was \(other.short), replaced"
        }
    }
}

extension [TagChange] {
    /// What each tag stood for, for a document.
    var previousDigests: [String: Nullable<String>] {
        reduce(into: [:]) { $0["\($1.tag)"] = Nullable($1.previous?.digest.description) }
    }
}

extension [Tag] {
    /// Each tag once, in order.
    var unique: [Tag] {
        var seen: Set<Tag> = []
        return filter { seen.insert($0).inserted }
    }
}
