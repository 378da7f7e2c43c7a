package import Diagnostics
import HostSystem

/// A program that may be an Envoy.
package struct EnvoyProgram: Sendable {
    /// The default name of the program.
    package static let defaultName = "envoy"

    /// The output limit, in bytes.
    private static let outputLimit = 1024 * 1024

    /// The time limit for `--version`.
    private static let versionTimeLimit = Duration.seconds(60)

    private let name: String

    /// Creates a reference to an Envoy, by a path, or by a name that is looked up in `PATH`; runs nothing.
    package init(_ name: String = defaultName) { self.name = name }

    /// Reads the version from `envoy --version`, which prints `…/1.40.0/Clean/RELEASE/BoringSSL`.
    ///
    /// This check also detects other programs, whose success would be mistaken for a verdict.
    package func version() async throws(Failure) -> String {
        let output: [UInt8]
        do throws(ChildProcessError) {
            output = try await ChildProcess(
                name,
                ["--version"],
                environment: [:],
                outputLimit: Self.outputLimit,
                timeLimit: Self.versionTimeLimit
            ).run().output
        } catch {
            throw failure(error)
        }
        let parts = String(decoding: output, as: UTF8.self).split(separator: "/")
        guard
            let version = parts.first(where: {
                $0.split(separator: ".").count == 3 && $0.first?.isNumber == true
            })
        else {
            throw Failure(
                .envoyMissing,
                "\(name) is not Envoy",
                why: "its --version output is not Envoy's"
            )
        }
        return String(version).truncated(to: 40)
    }

    private func failure(_ error: ChildProcessError) -> Failure {
        switch error {
        case .notFound:
            Failure(
                .envoyMissing,
                "Envoy not found: \(name)",
                why: name.contains("/")
                    ? "the path is not an executable file" : "no directory in PATH has this program"
            )
        case .notStarted(let why), .lost(let why):
            Failure(.envoyMissing, "\(name) cannot be run", why: why)
        case .timedOut(let limit):
            Failure(
                .envoyMissing,
                "\(name) does not print its version",
                why: "it did not finish within \(limit.components.seconds) s"
            )
        case .outputTooLong(let limit):
            Failure(
                .envoyMissing,
                "\(name) is not Envoy",
                why: "it wrote more than \(limit) bytes"
            )
        case .interrupted: .interrupted
        }
    }
}
