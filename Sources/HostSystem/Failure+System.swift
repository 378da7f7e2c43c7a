package import Diagnostics
package import SystemPackage

extension Failure {
    /// Says what a system call's refusal means for a file that was to be read.
    ///
    /// A missing file is ``Code/fileMissing``; everything else ``Code/fileUnreadable``.
    package init(reading path: FilePath, _ errno: Errno) {
        switch errno {
        case .noSuchFileOrDirectory, .notDirectory:
            self.init(.fileMissing, "no such file: \(path)")
        default:
            self.init(.fileUnreadable, "cannot read \(path): \(errno.description.lowercased())", cause: errno)
        }
    }

    /// Says what a system call's refusal means for a file or folder that was to be written.
    ///
    /// A full disk is ``Code/diskFull``; everything else ``Code/fileUnwritable``.
    package init(writing path: FilePath, _ errno: Errno) {
        let what = "cannot write \(path): \(errno.description.lowercased())"
        switch errno {
        case .noSpace, .diskQuotaExceeded:
            self.init(
                .diskFull,
                what,
                why: "what was written so far has been removed",
                try: ["free some space, or write to another disk"],
                cause: errno
            )
        case .noSuchFileOrDirectory:
            self.init(.fileUnwritable, what, why: "its folder does not exist", cause: errno)
        case .permissionDenied, .readOnlyFileSystem, .notPermitted:
            self.init(
                .fileUnwritable,
                what,
                why: "this user may not write there",
                try: ["choose another place, or correct the permissions"],
                cause: errno
            )
        default:
            self.init(.fileUnwritable, what, cause: errno)
        }
    }
}

/// Runs a call of SystemPackage, whose errors are all `Errno`, and turns a refusal into a failure.
func system<Result>(
    _ failure: (Errno) -> Failure,
    _ call: () throws -> Result
) throws(Failure) -> Result {
    do {
        return try call()
    } catch let errno as Errno {
        throw failure(errno)
    } catch {
        throw Failure(.internalError, "an unexpected error of the system", cause: error)
    }
}
