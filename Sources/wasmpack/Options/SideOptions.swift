import ArgumentParser

/// What holds for one side of a copy only.
struct SideOptions: ParsableArguments {
    @Flag(help: "Speak HTTP without TLS to the registry of FROM.")
    var fromPlainHttp = false

    @Flag(help: "Speak HTTP without TLS to the registry of TO.")
    var toPlainHttp = false

    @Option(
        help: ArgumentHelp("Trust the authorities in this PEM file for FROM alone.", valueName: "file"),
        completion: .file(extensions: ["pem", "crt"])
    )
    var fromCaFile: String?

    @Option(
        help: ArgumentHelp("Trust the authorities in this PEM file for TO alone.", valueName: "file"),
        completion: .file(extensions: ["pem", "crt"])
    )
    var toCaFile: String?

    @Option(
        help: ArgumentHelp("Take the credentials for FROM from this file alone.", valueName: "file"),
        completion: .file()
    )
    var fromAuthfile: String?

    @Option(
        help: ArgumentHelp("Take the credentials for TO from this file alone.", valueName: "file"),
        completion: .file()
    )
    var toAuthfile: String?

    func validate() throws {
        for (name, value) in [("--from-authfile", fromAuthfile), ("--to-authfile", toAuthfile)]
        where value == "" {
            throw ValidationError("\(name) is empty.")
        }
    }

    var from: Side {
        Side(name: "FROM", usesPlainHTTP: fromPlainHttp, caFile: fromCaFile, authfile: fromAuthfile)
    }

    var to: Side { Side(name: "TO", usesPlainHTTP: toPlainHttp, caFile: toCaFile, authfile: toAuthfile) }

    /// The options of one side.
    struct Side {
        let name: String
        let usesPlainHTTP: Bool
        let caFile: String?
        let authfile: String?

        var isEmpty: Bool { !usesPlainHTTP && caFile == nil && authfile == nil }
    }
}
