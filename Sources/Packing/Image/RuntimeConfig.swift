package import Diagnostics
import HostSystem
import OCI
package import SystemPackage

/// An artifact's description of its module (solo.io's Wasm image spec, "runtime-config.json"); proxies do not read it.
package struct RuntimeConfig: Hashable, Sendable {
    /// The name of the document in an artifact.
    static let name = "runtime-config.json"
    /// The maximum size of the document, in bytes: 4 MiB, as for any config.
    private static let sizeLimit = ImageConfig.sizeLimit

    /// The bytes of the document.
    let bytes: [UInt8]

    /// Reads a document from a file and keeps its bytes unchanged.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for anything but one JSON object, ``Failure/Code/fileUnreadable`` for more
    /// than 4 MiB, and the errors of reading the file.
    package init(reading path: FilePath) throws(Failure) {
        bytes = try ReadableFile.contents(of: path, limit: Self.sizeLimit)
        _ = try CanonicalJSON.decode(
            [String: JSONValue].self,
            from: bytes,
            as: path.string,
            failing: .configurationInvalid
        )
    }

    /// Generates the document for a module.
    ///
    /// The root ID is empty, which is Envoy's default: only the code of a module determines the IDs that it registers.
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
