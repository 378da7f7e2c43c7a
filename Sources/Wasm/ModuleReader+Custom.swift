import Diagnostics

/// Custom sections, as the specification's appendix and the tool conventions define them.
///
/// Only an invalid section name makes a module invalid.
extension ModuleReader {
    mutating func readCustomSection() throws(ModuleReadError) {
        let start = bytes.offset
        let name = try readCustomName()
        module.customSections.append(
            CustomSection(
                name: name.truncated(to: Self.keptNameLength),
                offset: bytes.offset,
                size: bytes.remaining
            )
        )
        if name == "name" {
            guard !hasNames else { return }
            hasNames = true
            return try readNames()
        }
        do throws(ModuleReadError) {
            try readContent(named: name)
        } catch {
            guard case .problem(let problem) = error else { throw error }
            let title = name.printable.truncated(to: 80)
            noteOnce(
                ModuleProblem(
                    .unreadableSection,
                    "the custom section \(title) cannot be read: \(problem)",
                    at: start
                )
            )
        }
    }

    private mutating func readContent(named name: String) throws(ModuleReadError) {
        switch name {
        case "producers": try readProducers()
        case "target_features": try readTargetFeatures()
        case "build_id":
            let size = try bytes.unsigned("the size of the build ID")
            guard size <= Self.buildIDLimit else {
                throw .problem(.invalid("a build ID of \(size) bytes is too long to show", at: bytes.offset))
            }
            module.buildID = try bytes.bytes(size, "the build ID").hexadecimal(separator: "")
        case "sourceMappingURL":
            module.sourceMappingURL = try bytes.name("the URL")
        default: break
        }
    }

    private mutating func readCustomName() throws(ModuleReadError) -> String {
        let start = bytes.offset
        let length = try bytes.unsigned("the length of the name of a custom section")
        let bytes = try firstBytes(of: length, "the name of a custom section", Self.customNameLimit)
        guard bytes.count < Self.customNameLimit else {
            noteOnce(.notJudged("the name of a custom section is too long to check", at: start))
            return String(decoding: bytes, as: UTF8.self)
        }
        if let name = String(validating: bytes, as: UTF8.self) { return name }
        throw .problem(.invalid("the name of a custom section is not UTF-8", at: start))
    }

    /// Reads some bytes up to a limit, and skips the rest.
    mutating func firstBytes(of count: Int, _ what: String, _ limit: Int) throws(ModuleReadError) -> [UInt8] {
        guard count <= bytes.remaining else {
            throw .problem(
                .invalid(
                    "\(what) should have \(count) bytes, but \(bytes.remaining) follow",
                    at: bytes.offset
                )
            )
        }
        let kept = try bytes.bytes(min(count, limit), what)
        try bytes.skip(count - kept.count, what)
        return kept
    }

    /// Reads the `producers` section (tool conventions, "Producers Section").
    private mutating func readProducers() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "fields", limit: Self.shownLimit)) {
            let field = try bytes.name("the name of a field")
            for _ in 0..<(try bytes.count(of: "producers", limit: Self.shownLimit)) {
                let name = try bytes.name("a producer's name")
                let version = try bytes.name("a producer's version")
                guard module.producers.count < Self.shownLimit else { continue }
                module.producers.append(Module.Producer(field: field, name: name, version: version))
            }
        }
    }

    /// Reads the `target_features` section (tool conventions, "Target Features Section").
    private mutating func readTargetFeatures() throws(ModuleReadError) {
        for _ in 0..<(try bytes.count(of: "features", limit: Self.shownLimit)) {
            let start = bytes.offset
            let sign = Unicode.Scalar(try bytes.byte("the sign of a feature"))
            guard sign == "+" || sign == "-" else {
                throw .problem(.invalid("a feature has no sign", at: start))
            }
            let feature = try bytes.name("the name of a feature")
            guard module.targetFeatures.count < Self.shownLimit else { continue }
            module.targetFeatures.append("\(sign)\(feature)")
        }
    }

    /// In bytes; the tools' section names have at most some dozens.
    private static let customNameLimit = 1 << 16
    /// In characters; longer names are truncated, because a module may have thousands of such sections.
    private static let keptNameLength = 512
    /// In bytes; linkers write 8 to 32.
    private static let buildIDLimit = 256
    /// The largest number of entries of one list and of all sections together; tools write fewer.
    private static let shownLimit = 1000
}
