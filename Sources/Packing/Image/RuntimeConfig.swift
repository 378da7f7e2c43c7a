package import Diagnostics
import HostSystem
import OCI
package import SystemPackage

/// What an artifact says of its module (solo.io's Wasm image spec, "runtime-config.json"); no proxy reads it today.
package struct RuntimeConfig: Hashable, Sendable {
    /// The name that the document has in an artifact.
    static let name = "runtime-config.json"
    /// The largest document that is taken, in bytes: 4 MiB, as of any config.
    private static let sizeLimit = ImageConfig.sizeLimit

    /// The document as it stands in the image.
    let bytes: [UInt8]

    /// Takes a document of the user's, byte for byte.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for anything but one JSON object, and what reading the file throws;
    /// ``Failure/Code/fileUnreadable`` for more than 4 MiB.
    package init(reading path: FilePath) throws(Failure) {
        bytes = try ReadableFile.contents(of: path, limit: Self.sizeLimit)
        _ = try CanonicalJSON.decode(
            [String: JSONValue].self,
            from: bytes,
            as: path.string,
            failing: .configurationInvalid
        )
    }

    /// Makes the document for a module.
    ///
    /// The root ID is the empty one, which is what Envoy asks for when a configuration names none: those that a module
    /// registers are known to its code alone.
    init(abiVersions: [String]) throws(Failure) {
        struct Document: Encodable {
            let type = "envoy_proxy"
            let abiVersions: [String]
            let config = Config()

            struct Config: Encodable {
                let rootIDs = [""]

                enum CodingKeys: String, CodingKey { case rootIDs = "root_ids" }
            }
        }
        bytes = try CanonicalJSON.encode(Document(abiVersions: abiVersions))
    }
}
