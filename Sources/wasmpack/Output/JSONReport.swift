import Diagnostics
import OCI
import Packing

/// Prints the JSON document of a command.
enum JSONReport {
    /// Prints the document as one line on standard output, with sorted keys.
    static func print(_ document: some Encodable) throws(Failure) {
        try Screen.main.print(json: String(decoding: CanonicalJSON.encode(document), as: UTF8.self))
    }
}

/// A value that is encoded as `null` if it is missing, so that its key is always present.
struct Nullable<Value: Encodable>: Encodable {
    let value: Value?

    init(_ value: Value?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

/// A module in a JSON document.
struct ModuleDocument: Encodable {
    let digest: String
    let size: Int

    init(_ module: ModuleIdentity) {
        digest = module.digest.description
        size = module.size
    }
}

/// A config or a layer in a JSON document.
struct PartDocument: Encodable {
    let role: String
    let mediaType: String
    let digest: String
    let size: Int
    let status: String?

    init(_ descriptor: Descriptor, status: String? = nil) {
        role = descriptor.role
        mediaType = descriptor.mediaType.description
        digest = descriptor.digest.description
        size = descriptor.size
        self.status = status
    }
}
