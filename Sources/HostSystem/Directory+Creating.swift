import Diagnostics
package import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// Creates the missing folders of a file for the duration of the work that writes it.
///
/// - Parameters:
///   - file: the file.
///   - work: the work; if it leaves a created folder empty, for example because it failed, the folder is removed.
/// - Returns: what the work returns.
/// - Throws: ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull`` for a folder, and errors of the work.
package func withFolders<Result>(of file: FilePath, _ work: () async throws -> Result) async throws -> Result
{
    var missing: [FilePath] = []
    var folder = file.removingLastComponent()
    while !folder.isEmpty, Directory.type(of: folder) == nil {
        missing.append(folder)
        folder = folder.removingLastComponent()
    }
    defer {
        // Fails for a folder that is not empty, as intended.
        for folder in missing { _ = folder.withPlatformString { rmdir($0) } }
    }
    guard folder.isEmpty || Directory.exists(folder) else {
        throw Failure(.fileUnwritable, "cannot write \(file)", why: "\(folder) is not a directory")
    }
    try Directory.create(file.removingLastComponent())
    return try await work()
}
