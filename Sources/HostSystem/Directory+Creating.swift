import Diagnostics
package import SystemPackage

/// Creates the missing folders of a file for the duration of the work that writes it.
///
/// - Parameters:
///   - file: the file.
///   - work: the work; if it leaves a created folder empty, for example because it failed, the folder is removed.
/// - Returns: what the work returns.
/// - Throws: ``Failure/Code/fileUnwritable`` or ``Failure/Code/diskFull`` for a folder, and errors of the work.
package func withFolders<Result>(of file: FilePath, _ work: () async throws -> Result) async throws -> Result
{
    let missing = Directory.missing(file.removingLastComponent())
    let folder = (missing.last ?? file).removingLastComponent()
    defer { missing.forEach(Directory.removeIfEmpty) }
    guard folder.isEmpty || Directory.exists(folder) else {
        throw Failure(.fileUnwritable, "cannot write \(file)", why: "\(folder) is not a directory")
    }
    try Directory.create(file.removingLastComponent())
    return try await work()
}
