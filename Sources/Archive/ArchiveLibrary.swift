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
        archive_version_number() < minimum.number ? "its version is \(versionText)" : nil
    }

    /// The version, for example `3.6.2`; `nil` without the library.
    package static var version: String? { shared.failure == nil ? versionText : nil }

    private static var versionText: String {
        let number = archive_version_number()
        return "\(number / 1_000_000).\(number / 1000 % 1000).\(number % 1000)"
    }
}
