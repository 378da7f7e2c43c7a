import ArgumentParser
import Diagnostics
import OCI
package import Packing
import SystemPackage

/// The format of a new image, and its contents besides the module.
struct MetadataOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Format: image (default), docker, artifact or wasm",
            valueName: "format"
        )
    )
    var format = ImageFormat.image

    @Option(
        help: ArgumentHelp(
            "Use this runtime-config.json for --format artifact",
            valueName: "file"
        ),
        completion: .file(extensions: ["json"])
    )
    var config: String?

    @Option(help: ArgumentHelp("Annotate the manifest; may be repeated", valueName: "key=value"))
    var annotation: [String] = []

    @Option(help: ArgumentHelp("Add a label to the config; may be repeated", valueName: "key=value"))
    var label: [String] = []

    @Option(
        help: ArgumentHelp(
            "Time (default: $SOURCE_DATE_EPOCH or 1970-01-01)",
            valueName: "time"
        )
    )
    var created: String?

    @Option(help: ArgumentHelp("Level: 1 (fastest) to 9 (smallest)", valueName: "n"))
    var compressionLevel = ImageOptions.defaultCompressionLevel

    func validate() throws {
        guard (1...9).contains(compressionLevel) else {
            throw ValidationError("--compression-level must be a number from 1 to 9.")
        }
    }

    /// Throws ``Failure/Code/usage`` if an option for a new image is given for an existing one.
    func failIfGiven(for name: String) throws(Failure) {
        let given = [
            ("--format", format != .image), ("--config", config != nil),
            ("--annotation", !annotation.isEmpty),
            ("--label", !label.isEmpty), ("--created", created != nil),
            ("--compression-level", compressionLevel != ImageOptions.defaultCompressionLevel),
        ].filter(\.1).map(\.0)
        guard let option = given.first else { return }
        throw Failure(
            .usage,
            "\(option) applies to new images only, but \(name) is an existing image",
            why: "its bytes are pushed unchanged, so that its digest stays the same",
            try: ["push a .wasm file or a Dockerfile, or give \(option) to wasmpack build"]
        )
    }

    /// Returns the options of the image, parsed.
    func imageOptions(_ environment: Environment) throws(Failure) -> ImageOptions {
        ImageOptions(
            format: format,
            annotations: try Self.dictionary(annotation, of: "--annotation"),
            labels: try Self.dictionary(label, of: "--label"),
            created: try timestamp(environment),
            compressionLevel: compressionLevel,
            runtimeConfig: try config.map { path throws(Failure) in
                try RuntimeConfig(reading: FilePath(path))
            }
        )
    }

    private func timestamp(_ environment: Environment) throws(Failure) -> Timestamp {
        if let created { return try Timestamp(parsing: created, from: "--created") }
        guard let epoch = try environment["SOURCE_DATE_EPOCH"] else { return .epoch }
        return try Timestamp(parsing: epoch, from: "SOURCE_DATE_EPOCH")
    }

    private static func dictionary(_ texts: [String], of option: String) throws(Failure) -> [String: String] {
        var result: [String: String] = [:]
        for text in texts {
            let pair = try KeyValue(parsing: text)
            guard result.updateValue(pair.value, forKey: pair.key) == nil else {
                throw Failure(.usage, "\(option) sets \"\(pair.key)\" twice")
            }
        }
        return result
    }
}

/// A value of `--format`.
extension ImageFormat: ExpressibleByArgument {}
