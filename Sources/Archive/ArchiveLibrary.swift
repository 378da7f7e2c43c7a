import CArchive
package import Diagnostics

/// libarchive, which is opened by its first use.
package enum ArchiveLibrary {
    /// The version that added the last of the functions used here.
    private static let minimum: (text: String, number: Int32) = ("3.3.3", 3_003_003)

    /// libarchive; the first access takes a few milliseconds.
    package static let shared = SystemLibrary(
        "libarchive",
        minimum: minimum.text,
        packages: ("libarchive13", "libarchive"),
        open: wasmpack_open_archive
    ) {
        let version = archive_version_number()
        guard version < minimum.number else { return nil }
        return "its version is \(version / 1_000_000).\(version / 1000 % 1000).\(version % 1000)"
    }
}
