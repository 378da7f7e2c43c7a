import Diagnostics
import OCI

/// The file `oci-layout`, by which a layout is known (image spec, "Image Layout").
enum LayoutMarker {
    /// What is written.
    static let bytes: [UInt8] = Array(#"{"imageLayoutVersion":"1.0.0"}"#.utf8)
    /// The longest one that is read, in bytes.
    static let sizeLimit = 4096

    /// Checks what was read; throws a failure with that code for anything but a layout of the version 1.0.0.
    static func check(_ bytes: [UInt8], as name: String, failing code: Failure.Code) throws(Failure) {
        struct Marker: Decodable { let imageLayoutVersion: String }
        let marker = try CanonicalJSON.decode(Marker.self, from: bytes, as: name, failing: code)
        guard marker.imageLayoutVersion == "1.0.0" else {
            throw Failure(
                code,
                "\(name) has the layout version \"\(marker.imageLayoutVersion.truncated(to: 40))\"",
                why: "only 1.0.0 is known"
            )
        }
    }
}
