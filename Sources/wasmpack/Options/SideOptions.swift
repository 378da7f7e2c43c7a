import ArgumentParser

/// The options for one side of a copy only.
struct SideOptions: ParsableArguments {
    @Flag(help: "Use HTTP instead of HTTPS for the registry of FROM")
    var fromPlainHttp = false

    @Flag(help: "Use HTTP instead of HTTPS for the registry of TO")
    var toPlainHttp = false

    @Option(
        help: ArgumentHelp(
            "Like --ca-file, for FROM only",
            valueName: "file"
        ),
        completion: .file(extensions: ["pem", "crt"])
    )
    var fromCaFile: String?

    @Option(
        help: ArgumentHelp("Like --ca-file, for TO only", valueName: "file"),
        completion: .file(extensions: ["pem", "crt"])
    )
    var toCaFile: String?

    @Option(
        help: ArgumentHelp("Like --authfile, for FROM only", valueName: "file"),
        completion: .file()
    )
    var fromAuthfile: String?

    @Option(
        help: ArgumentHelp("Like --authfile, for TO only", valueName: "file"),
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
