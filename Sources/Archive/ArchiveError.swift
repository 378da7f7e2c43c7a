/// What a library of this target said; callers turn it into a failure that names the file.
struct ArchiveError: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}
