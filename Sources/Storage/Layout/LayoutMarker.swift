import Diagnostics
import OCI

/// The file `oci-layout`, which marks a layout (image spec, "Image Layout").
enum LayoutMarker {
    /// The content of a new file.
    static let bytes: [UInt8] = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)
    /// The largest size that is read, in bytes.
    static let sizeLimit = 4096

    /// Checks the content of a file; throws a failure with this code unless the layout's version is 1.0.0.
    static func check(_ bytes: [UInt8], as name: String, failing code: Failure.Code) throws(Failure) {
        struct Marker: Decodable { let imageLayoutVersion: String }
        let marker = try CanonicalJSON.decode(Marker.self, from: bytes, as: name, failing: code)
        guard marker.imageLayoutVersion == "1.0.0" else {
            throw Failure(
                code,
                "\(name) has the layout version \"\(marker.imageLayoutVersion.truncated(to: 40))\"",
                why: "wasmpack supports only 1.0.0"
            )
        }
    }
}
