package import Diagnostics
package import SystemPackage

extension Failure {
    /// Creates the failure of a system call that reads a file.
    ///
    /// A missing file is ``Code/fileMissing``, a limit ``Code/systemLimit``; all other errors are ``Code/fileUnreadable``.
    package init(reading path: FilePath, _ errno: Errno) {
        if let limit = Failure(limit: errno) {
            self = limit.with(message: "cannot read \(path): \(limit.message)")
            return
        }
        switch errno {
        case .noSuchFileOrDirectory, .notDirectory:
            self.init(.fileMissing, "no such file: \(path)")
        default:
            self.init(.fileUnreadable, "cannot read \(path): \(errno.description.lowercased())", cause: errno)
        }
    }

    /// Creates the failure of a system call that writes a file or folder.
    ///
    /// A full disk is ``Code/diskFull``, a limit ``Code/systemLimit``; all other errors are ``Code/fileUnwritable``.
    package init(writing path: FilePath, _ errno: Errno) {
        let what = "cannot write \(path): \(errno.description.lowercased())"
        if let limit = Failure(limit: errno) {
            self = limit.with(message: "cannot write \(path): \(limit.message)")
            return
        }
        switch errno {
        case .noSpace, .diskQuotaExceeded:
            self.init(
                .diskFull,
                what,
                try: ["free some space, or write to another disk"],
                cause: errno
            )
        case .noSuchFileOrDirectory:
            self.init(.fileUnwritable, what, why: "its directory does not exist", cause: errno)
        case .permissionDenied, .readOnlyFileSystem, .notPermitted:
            self.init(
                .fileUnwritable,
                what,
                why: "this user has no permission to write there",
                try: ["choose another path, or correct the permissions"],
                cause: errno
            )
        default:
            self.init(.fileUnwritable, what, cause: errno)
        }
    }
}

/// Runs a call of SystemPackage and converts its error, an `Errno`, into a failure.
func system<Result>(
    _ failure: (Errno) -> Failure,
    _ call: () throws -> Result
) throws(Failure) -> Result {
    do {
        return try call()
    } catch let errno as Errno {
        throw failure(errno)
    } catch {
        throw Failure(.internalError, "unexpected system error", cause: error)
    }
}
