import Archive
import ArgumentParser
import Diagnostics
import HTTPServer
import HTTPTransport
import OCI
import YAML

struct Version: ReportingCommand {
    static let configuration = CommandConfiguration(
        commandName: "version",
        abstract: "Show the version, the commit and the libraries",
        discussion: """
            EXAMPLES
              wasmpack version
              wasmpack version --json
              wasmpack --version

            The bytes of a layer depend on zlib's version.

            A missing or unusable library is named with its package. wasmpack --version prints one line and opens no library.
            """
    )

    @OptionGroup(title: "OUTPUT") var output: OutputOptions

    func run(_ context: CommandContext) async throws {
        let libraries = LibraryDescription.all
        try context.print(VersionDocument(libraries), orRows: Self.rows(libraries))
    }

    private static func rows(_ libraries: [LibraryDescription]) -> [Row] {
        let commit = Program.commit ?? "unknown: only make release and make dist record it"
        return [Row("wasmpack", Program.version), Row("commit", commit), Row("platform", Program.platform)]
            + libraries.flatMap { library in
                guard let failure = library.failure else { return [Row("library", library.text)] }
                return [
                    Row("warning", "\(failure.message): \(failure.why ?? "unknown reason")", tone: .caution)
                ] + failure.hints.map { .remedy($0) }
            }
    }
}

/// A C library of the system, as it is on this machine.
struct LibraryDescription {
    let name: String
    /// Its version; `nil` if it cannot be used.
    var version: String?
    /// Why it cannot be used.
    var failure: Failure?
    /// More about it, for people.
    var remark = ""

    var text: String { "\(name) \(version ?? "")\(remark)" }

    /// The linked libraries, then those that commands open when they need them.
    static var all: [LibraryDescription] {
        let curl = LibraryVersions.curl.split(separator: "/").last.map(String.init)
        return [
            LibraryDescription(name: "zlib", version: zlibVersion),
            LibraryDescription(name: "libcrypto", version: DigestHasher.libraryVersion),
            LibraryDescription(name: "libyaml", version: libyamlVersion),
            LibraryDescription(
                "libcurl",
                curl,
                CurlLibrary.shared.failure,
                remark: ", which uses \(LibraryVersions.tls)"
            ),
            LibraryDescription("libarchive", ArchiveLibrary.version, ArchiveLibrary.shared.failure),
            // Its version is that of the linked libcrypto, without which it is not used.
            LibraryDescription("libssl", DigestHasher.libraryVersion, TLSLibrary.shared.failure),
        ]
    }

    private init(name: String, version: String) {
        self.name = name
        self.version = version
    }

    private init(_ name: String, _ version: String?, _ failure: Failure?, remark: String = "") {
        self.name = name
        self.version = failure == nil ? version : nil
        self.failure = failure
        self.remark = remark
    }
}

/// The document of `version --json`.
private struct VersionDocument: Encodable {
    let schema = "wasmpack.version/v1"
    let ok = true
    let version = Program.version
    let commit = Nullable(Program.commit)
    let platform = Program.platform
    let zlib = zlibVersion
    let curl = LibraryVersions.curl
    let tls = LibraryVersions.tls
    let libraries: [Library]

    struct Library: Encodable {
        let name: String
        let version: Nullable<String>
        let problem: Nullable<String>
    }

    init(_ libraries: [LibraryDescription]) {
        self.libraries = libraries.map {
            Library(name: $0.name, version: Nullable($0.version), problem: Nullable($0.failure?.why))
        }
    }
}
