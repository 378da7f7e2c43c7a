import Foundation
import TestSupport

extension Workspace {
    /// Runs another program as an ordinary user: the current one, or `nobody` for root.
    ///
    /// The folder `user` is its home and its folder for temporary files.
    func asOrdinaryUser(_ program: String, _ arguments: String...) async throws -> CommandLineRun {
        try await asOrdinaryUser(program, arguments)
    }

    /// The same with a list of arguments.
    func asOrdinaryUser(_ program: String, _ arguments: [String]) async throws -> CommandLineRun {
        try FileManager.default.createDirectory(atPath: path("user"), withIntermediateDirectories: true)
        try protect("user", 0o777)
        let user = geteuid() == 0 ? ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] : []
        return try await RunningProgram(
            "/usr/bin/env",
            user + [program] + arguments,
            environment: environment.merging(["HOME": path("user"), "TMPDIR": path("user")]) { $1 },
            in: folder
        ).wait()
    }
}
