import Diagnostics
import OCI
import Packing

/// Prints the one document of a command that was asked for JSON.
enum JSONReport {
    /// One line on standard output, with sorted keys.
    static func print(_ document: some Encodable) throws(Failure) {
        try Terminal.standardOutput(String(decoding: CanonicalJSON.encode(document), as: UTF8.self) + "\n")
    }
}

/// A value that is written as `null` when it is missing, because readers look for its key.
struct Nullable<Value: Encodable>: Encodable {
    let value: Value?

    init(_ value: Value?) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value { try container.encode(value) } else { try container.encodeNil() }
    }
}

/// A module in a document.
struct ModuleDocument: Encodable {
    let digest: String
    let size: Int

    init(_ module: ModuleIdentity) {
        digest = module.digest.description
        size = module.size
    }
}

/// A config or a layer in a document.
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
