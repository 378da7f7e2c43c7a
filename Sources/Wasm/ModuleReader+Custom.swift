import Diagnostics

/// Custom sections, as far as they say something about the plugin.
///
/// Envoy itself looks at their names and at the function map of the first `name` section; what others hold refuses no
/// module.
extension ModuleReader {
    mutating func readCustomSection() throws(Obstacle) {
        let start = bytes.offset
        let name = try readCustomName()
        module.customSections.append(
            CustomSection(name: name, offset: bytes.offset, size: bytes.remaining)
        )
        if name == "name" {
            guard !hasNames else { return }
            hasNames = true
            return try readNames()
        }
        do throws(Obstacle) {
            try readContent(named: name)
        } catch {
            guard case .problem(let problem) = error else { throw error }
            noteOnce(.unreadableSection(name, problem, at: start))
        }
    }

    private mutating func readContent(named name: String) throws(Obstacle) {
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

    private mutating func readCustomName() throws(Obstacle) -> String {
        let start = bytes.offset
        guard
            let name = String(
                validating: try bytes.envoyBytes("the name of a custom section"),
                as: UTF8.self
            )
        else {
            throw .problem(.invalid("the name of a custom section is not UTF-8", at: start))
        }
        return name
    }

    /// Tool conventions, "Producers Section".
    private mutating func readProducers() throws(Obstacle) {
        for _ in 0..<(try bytes.count(of: "fields", limit: Self.shownLimit)) {
            let field = try bytes.name("the name of a field")
            for _ in 0..<(try bytes.count(of: "producers", limit: Self.shownLimit)) {
                let name = try bytes.name("a producer's name")
                let version = try bytes.name("a producer's version")
                module.producers.append(Module.Producer(field: field, name: name, version: version))
            }
        }
    }

    /// Tool conventions, "Target Features Section".
    private mutating func readTargetFeatures() throws(Obstacle) {
        for _ in 0..<(try bytes.count(of: "features", limit: Self.shownLimit)) {
            let start = bytes.offset
            let sign = Unicode.Scalar(try bytes.byte("the sign of a feature"))
            guard sign == "+" || sign == "-" else {
                throw .problem(.invalid("a feature has no sign", at: start))
            }
            module.targetFeatures.append("\(sign)\(try bytes.name("the name of a feature"))")
        }
    }

    /// In bytes; linkers write 8 to 32.
    private static let buildIDLimit = 256
    /// More entries than any tool writes.
    private static let shownLimit = 1000
}
