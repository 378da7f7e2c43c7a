package import Diagnostics
package import OCI

/// The content of an `index.json`, with the members of it and of its entries that this program does not know.
///
/// Each entry keeps its encoding, so that a change of an index with thousands of entries encodes only the new ones.
package struct IndexDocument: Sendable {
    /// A class, so that the copies of a document share its entries.
    private final class Entry: Sendable {
        let descriptor: Descriptor
        let encoded: [UInt8]
        /// The name alone (image spec, "Image Layout"): comparing it must not look it up first.
        let name: String?

        init(descriptor: Descriptor, encoded: [UInt8]) {
            self.descriptor = descriptor
            self.encoded = encoded
            name = descriptor.referenceName
        }
    }

    private static let manifests = "manifests"

    /// The document up to its list of entries, and after it.
    private let head: [UInt8]
    private let tail: [UInt8]
    private var list: [Entry] = []
    /// The bytes of the entries in the document, with the commas between them.
    private var entriesSize = 0

    /// The entries, in order.
    package var entries: [Descriptor] { list.map(\.descriptor) }

    /// Returns the entries with one of some names alone, `nil` for none, that satisfy a condition, in order.
    package func entries(named names: [String?], where isWanted: (Descriptor) -> Bool) -> [Descriptor] {
        list.filter { names.contains($0.name) && isWanted($0.descriptor) }.map(\.descriptor)
    }

    /// Removes the entries with one of some names alone, `nil` for none, that satisfy a condition.
    package mutating func remove(named names: [String?], where isRemoved: (Descriptor) -> Bool) {
        // A copy of the list only if something changes.
        guard list.contains(where: { names.contains($0.name) && isRemoved($0.descriptor) }) else { return }
        list.removeAll { entry in
            guard names.contains(entry.name), isRemoved(entry.descriptor) else { return false }
            entriesSize -= entry.encoded.count + 1
            return true
        }
    }

    /// Returns whether an entry satisfies a condition.
    package func contains(where isWanted: (Descriptor) -> Bool) -> Bool {
        list.contains { isWanted($0.descriptor) }
    }

    /// The number of entries.
    var count: Int { list.count }

    /// Reads a document; throws ``Failure/Code/layoutCorrupt`` if it is not an index.
    init(decoding bytes: [UInt8], from name: String) throws(Failure) {
        let index = try CanonicalJSON.decode(Index.self, from: bytes, as: name, failing: .layoutCorrupt)
        var members = try CanonicalJSON.decode(
            [String: JSONValue].self,
            from: bytes,
            as: name,
            failing: .layoutCorrupt
        )
        guard case .array(let values)? = members.removeValue(forKey: Self.manifests) else {
            throw Failure(.layoutCorrupt, "\(name) does not contain a list of manifests")
        }
        var head = Array("{".utf8)
        var tail = Array("]".utf8)
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            let member = try CanonicalJSON.encode(name) + Array(":".utf8) + CanonicalJSON.encode(value)
            if name < Self.manifests {
                head += member + Array(",".utf8)
            } else {
                tail += Array(",".utf8) + member
            }
        }
        self.head = head + Array("\"\(Self.manifests)\":[".utf8)
        self.tail = tail + Array("}".utf8)
        list.reserveCapacity(values.count)
        for (descriptor, value) in zip(index.manifests, values) {
            add(Entry(descriptor: descriptor, encoded: try CanonicalJSON.encode(value)))
        }
    }

    private mutating func add(_ entry: Entry) {
        list.append(entry)
        entriesSize += entry.encoded.count + 1
    }

    /// Removes the entries that satisfy a condition; returns whether there were any.
    package mutating func remove(where isRemoved: (Descriptor) -> Bool) -> Bool {
        let count = list.count
        list.removeAll { entry in
            guard isRemoved(entry.descriptor) else { return false }
            entriesSize -= entry.encoded.count + 1
            return true
        }
        return list.count < count
    }

    /// Adds an entry at the end.
    package mutating func append(_ descriptor: Descriptor) throws(Failure) {
        add(Entry(descriptor: descriptor, encoded: try CanonicalJSON.encode(descriptor)))
    }

    /// The number of bytes of ``encoded()``.
    var encodedSize: Int { head.count + entriesSize + tail.count }

    /// Returns the document as canonical JSON.
    func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(encodedSize)
        bytes += head
        for (position, entry) in list.enumerated() {
            if position > 0 { bytes.append(UInt8(ascii: ",")) }
            bytes += entry.encoded
        }
        bytes += tail
        return bytes
    }
}
