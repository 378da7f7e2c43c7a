/// An error message of zlib or libarchive; callers convert it to a failure that names the file.
struct ArchiveError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
