package import Diagnostics
package import OCI

/// The content of an `index.json`, with the members of it and of its entries that this program does not know.
///
/// Each entry keeps its encoding, so that a change of an index with thousands of entries encodes only the new ones.
package struct IndexDocument: Sendable {
    private struct Entry: Sendable {
        let descriptor: Descriptor
        let encoded: [UInt8]
    }

    private static let manifests = "manifests"

    private var list: [Entry]
    /// The members of the document except `manifests`.
    private let members: [String: JSONValue]

    /// The entries, in order.
    package var entries: [Descriptor] { list.map(\.descriptor) }

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
        self.members = members
        list = []
        for (descriptor, value) in zip(index.manifests, values) {
            list.append(Entry(descriptor: descriptor, encoded: try CanonicalJSON.encode(value)))
        }
    }

    /// Removes the entries that satisfy a condition; returns whether there were any.
    package mutating func remove(where isRemoved: (Descriptor) -> Bool) -> Bool {
        let count = list.count
        list.removeAll { isRemoved($0.descriptor) }
        return list.count < count
    }

    /// Adds an entry at the end.
    package mutating func append(_ descriptor: Descriptor) throws(Failure) {
        list.append(Entry(descriptor: descriptor, encoded: try CanonicalJSON.encode(descriptor)))
    }

    /// Returns the document as canonical JSON.
    func encoded() throws(Failure) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(list.reduce(256) { $0 + $1.encoded.count + 1 })
        let names = (Array(members.keys) + [Self.manifests]).sorted()
        for name in names {
            bytes.append(bytes.isEmpty ? UInt8(ascii: "{") : UInt8(ascii: ","))
            bytes += try CanonicalJSON.encode(name)
            bytes.append(UInt8(ascii: ":"))
            if let value = members[name] {
                bytes += try CanonicalJSON.encode(value)
            } else {
                bytes.append(UInt8(ascii: "["))
                bytes += list.map(\.encoded).joined(separator: CollectionOfOne(UInt8(ascii: ",")))
                bytes.append(UInt8(ascii: "]"))
            }
        }
        bytes.append(UInt8(ascii: "}"))
        return bytes
    }
}
