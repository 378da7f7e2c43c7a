public import Diagnostics
import HostSystem
public import OCI
import SystemPackage

extension ImageLayout: ContentSource {
    /// Finds an image in the layout.
    ///
    /// A full reference stands for the image of that very name, else for the only image there is. Throws
    /// ``Failure/Code/notFound``, or ``Failure/Code/nameAmbiguous`` when a tag fits several images; both list what is there.
    public func resolve(_ name: RefName) async throws(Failure) -> Descriptor {
        let entries = try index().manifests
        let found: [Descriptor] =
            switch name {
            case .reference(let reference): entries.matching(reference)
            case .tag(let tag): entries.filter { $0.referenceName == tag.description }
            case .digest(let digest): entries.filter { $0.digest == digest }
            case .only: entries
            }
        guard let first = found.first else { throw try notFound(name) }
        guard found.allSatisfy({ $0.digest == first.digest }) else { throw ambiguous(name, found) }
        return first.annotated(nil)
    }

    /// Reads a blob of the layout, and proves it.
    ///
    /// Throws ``Failure/Code/layoutCorrupt`` for a blob that is missing, a link, or not what its name says.
    public func fetch(_ descriptor: Descriptor) async throws(Failure) -> Blob {
        let file = path(of: descriptor.digest)
        do throws(Failure) {
            return try Blob(verifying: file, against: descriptor)
        } catch {
            switch error.code {
            case .fileMissing:
                throw corrupt("\(file) is missing", "the layout names it as \(descriptor.role)")
            case .digestMismatch:
                throw corrupt("\(file) does not hash to its name", error.why)
            case .fileUnreadable where (try? file.stat(followTargetSymlink: false))?.type != .regular:
                throw corrupt(error.message, error.why)
            default:
                throw error
            }
        }
    }

    private func corrupt(_ message: String, _ why: String?) -> Failure {
        Failure(.layoutCorrupt, message, why: why, try: ["wasmpack build again"])
    }

    private func notFound(_ name: RefName) throws(Failure) -> Failure {
        let names = try names()
        let what =
            switch name {
            case .only: "image"
            default: name.description
            }
        return Failure(
            .notFound,
            "\(path) has no \(what)",
            why: names.isEmpty ? "it is empty" : "it has " + names.joined(separator: ", "),
            try: names.isEmpty
                ? ["wasmpack build plugin.wasm --layout \(path)"]
                : names.prefix(5).map { "\(path):\($0.tagPart)" }
        )
    }

    private func ambiguous(_ name: RefName, _ found: [Descriptor]) -> Failure {
        let names = found.map { $0.fullName ?? $0.referenceName ?? $0.digest.description }
        return Failure(
            .nameAmbiguous,
            name == .only ? "\(path) holds several images" : "\(name) fits several images of \(path)",
            why: "it has " + names.joined(separator: ", "),
            try: ["name one by its digest: \(path)@\(found.first.map { "\($0.digest)" } ?? "sha256:…")"]
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

extension String {
    /// What follows the last colon of a full name, or the whole.
    fileprivate var tagPart: Substring { split(separator: ":").last ?? self[...] }
}
