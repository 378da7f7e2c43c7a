package import Diagnostics

/// Names an image in a registry: `host[:port]/repository[:tag][@digest]`.
///
/// The grammar is Docker's (distribution/reference), in which a name without a host belongs to Docker Hub. One addition:
/// Docker Hub has no names of three or more parts, so the first part of such a name is the host; see
/// ``registryIsAssumed``.
package struct Reference: Sendable {
    /// How the text named the registry.
    private enum HostSpelling: Sendable {
        case named
        /// The first part does not look like a host, but Docker Hub has no such names.
        case assumed
        /// The text has no host, so it belongs to Docker Hub.
        case omitted
    }

    /// The registry.
    package let registry: RegistryName
    /// The repository within the registry.
    package let repository: RepositoryName
    /// The tag, if there is one.
    package let tag: Tag?
    /// The digest, if there is one; it takes precedence over the tag.
    package let digest: Digest?
    private let hostSpelling: HostSpelling

    /// Whether the host was assumed: the first part does not look like one.
    package var registryIsAssumed: Bool { hostSpelling == .assumed }
    /// Whether the text had no host, so that it belongs to Docker Hub.
    package var registryIsOmitted: Bool { hostSpelling == .omitted }

    /// Creates a reference.
    package init(registry: RegistryName, repository: RepositoryName, tag: Tag? = nil, digest: Digest? = nil) {
        self.registry = registry
        self.repository = registry.isDockerHub ? (try? repository.onDockerHub()) ?? repository : repository
        self.tag = tag
        self.digest = digest
        hostSpelling = .named
    }

    /// Reads a reference; a leading `oci://` or `docker://` is dropped.
    ///
    /// Throws ``Failure/Code/referenceInvalid``, ``Failure/Code/repositoryUppercase``, ``Failure/Code/tagInvalid`` or
    /// ``Failure/Code/digestInvalid``, each with the position and, if possible, a correction.
    package init(parsing text: String) throws(Failure) {
        let body = try Self.withoutScheme(text)
        var rest = body[...]
        if let at = rest.firstIndex(of: "@") {
            let after = rest[rest.index(after: at)...]
            guard !after.contains("@"), !after.contains("/") || Digest.namesAlgorithm(after) else {
                // Not quoted, because the text before the "@" may be a password.
                throw Failure(
                    .referenceInvalid,
                    "invalid reference format: a reference cannot contain a user name or password",
                    why: "\"@\" precedes the host",
                    try: ["wasmpack login REGISTRY -u NAME"]
                )
            }
            digest = try Digest(parsing: after)
            rest = rest[..<at]
        } else {
            digest = nil
        }
        try Self.checkVariables(in: rest)
        try Self.checkSlash(inTagOf: rest)
        let lastSlash = rest.lastIndex(of: "/")
        let lastPart = rest[(lastSlash.map { rest.index(after: $0) } ?? rest.startIndex)...]
        if let colon = lastPart.firstIndex(of: ":") {
            tag = try Tag(parsing: rest[rest.index(after: colon)...])
            rest = rest[..<colon]
        } else {
            tag = nil
        }
        guard rest.utf8.count != 64 || rest.endIndex != body.endIndex || !rest.allSatisfy(\.isHexDigit) else {
            throw Failure(
                .referenceInvalid,
                "invalid repository name (\(rest)), cannot specify 64-byte hexadecimal strings",
                why: "it looks like a digest",
                try: ["REPOSITORY@sha256:\(rest.lowercased())"]
            )
        }
        let parts = rest.split(separator: "/", omittingEmptySubsequences: false)
        let namesHost = parts.count > 1 && Self.looksLikeHost(parts[0])
        hostSpelling = namesHost ? .named : parts.count > 2 ? .assumed : .omitted
        if hostSpelling != .omitted {
            registry = try RegistryName(parsing: parts[0])
            rest = rest[parts[1].startIndex...]
        } else {
            registry = .dockerHub
        }
        let name = try Self.repository(rest, within: body)
        repository = registry.isDockerHub ? try name.onDockerHub() : name
    }

    private init(_ other: Reference, tag: Tag?, digest: Digest?) {
        registry = other.registry
        repository = other.repository
        hostSpelling = other.hostSpelling
        self.tag = tag
        self.digest = digest
    }

    /// Returns a reference to the same repository by digest only, for the configuration of a proxy.
    package func pinned(to digest: Digest) -> Reference { Reference(self, tag: nil, digest: digest) }

    /// Returns a reference to the same repository by tag only.
    package func tagged(_ tag: Tag) -> Reference { Reference(self, tag: tag, digest: nil) }
}

extension Reference: Hashable {
    /// Compares the parts, however the text named the registry.
    package static func == (left: Reference, right: Reference) -> Bool {
        left.registry == right.registry && left.repository == right.repository && left.tag == right.tag
            && left.digest == right.digest
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(registry)
        hasher.combine(repository)
        hasher.combine(tag)
        hasher.combine(digest)
    }
}

extension Reference: CustomStringConvertible {
    /// `host/repository`, always with the host.
    ///
    /// A host that looks like a part of a Docker Hub name is written in upper case, as in `FOO/bar`.
    package var repositoryDescription: String {
        let host = registry.description
        let isUnderstood = registryIsAssumed || Self.looksLikeHost(host)
        return "\(isUnderstood ? host : host.uppercased())/\(repository)"
    }

    /// The reference in full, always with the host.
    package var description: String {
        repositoryDescription + (tag.map { ":\($0)" } ?? "") + (digest.map { "@\($0)" } ?? "")
    }
}

extension Reference {
    /// Returns whether a first part is a host by Docker's rule: `localhost`, or with a dot, a colon or an upper-case letter.
    package static func looksLikeHost(_ part: some StringProtocol) -> Bool {
        part == "localhost" || part.contains(".") || part.contains(":") || part.contains(where: \.isUppercase)
    }

    private static func withoutScheme(_ text: String) throws(Failure) -> String {
        if text.isEmpty {
            throw Failure(.referenceInvalid, "invalid reference format: the reference is empty")
        }
        for (offset, scalar) in text.unicodeScalars.enumerated()
        where scalar.value <= 0x20 || scalar.value >= 0x7F {
            let name = scalar == " " ? "a space" : scalar.isASCII ? "a control character" : "\"\(scalar)\""
            let shown = text.contains("@") ? "this text" : "\"\(text.truncated(to: 160))\""
            throw Failure(
                .referenceInvalid,
                "invalid reference format: \(shown) is not a reference",
                why: "\(name) at character \(offset + 1); references are ASCII without spaces"
            )
        }
        guard let range = text.firstRange(of: "://") else { return text }
        let scheme = text[..<range.lowerBound].lowercased()
        guard scheme.allSatisfy(\.isASCIIAlphanumeric) else { return text }
        let rest = String(text[range.upperBound...])
        switch scheme {
        case "oci", "docker": return rest
        case "http", "https":
            throw Failure(
                .referenceInvalid,
                "invalid reference format: a reference does not start with \"\(scheme)://\"",
                why: scheme == "http" ? "--plain-http selects a registry without TLS" : nil,
                try: rest.contains("@") ? [] : [rest + (scheme == "http" ? " --plain-http" : "")]
            )
        default:
            throw Failure(.referenceInvalid, "invalid reference format: unknown scheme \"\(scheme)://\"")
        }
    }

    /// Throws for a variable or placeholder that was not replaced.
    private static func checkVariables(in text: Substring) throws(Failure) {
        let forms: [(start: String, end: String)] = [
            ("${", "}"), ("$(", ")"), ("{{", "}}"), ("<", ">"), ("$", ""),
        ]
        for form in forms {
            guard let start = text.firstRange(of: form.start) else { continue }
            let rest = text[start.upperBound...]
            let end =
                form.end.isEmpty
                ? rest.firstIndex { !$0.isASCIIAlphanumeric && $0 != "_" } ?? rest.endIndex
                : rest.firstRange(of: form.end)?.upperBound ?? rest.endIndex
            let variable = text[start.lowerBound..<end]
            let position = text.distance(from: text.startIndex, to: start.lowerBound) + 1
            throw Failure(
                .referenceInvalid,
                "invalid reference format: \"\(String(variable).truncated(to: 80))\" was not expanded",
                why: "it is a variable or a placeholder, at character \(position)",
                try: form.start.hasPrefix("$")
                    ? ["set the variable; a shell replaces it in double quotes, not in single quotes"]
                    : ["write the value instead"]
            )
        }
    }

    /// Throws for a tag with a slash, such as a branch's name, which would be read as a part of the repository.
    private static func checkSlash(inTagOf text: Substring) throws(Failure) {
        let host = text.prefix { $0 != "/" }
        for colon in text.indices where text[colon] == ":" {
            let tag = text[text.index(after: colon)...]
            guard let slash = tag.firstIndex(of: "/") else { return }
            if colon < host.endIndex {
                // Usually the colon of a port, even an invalid one; a name without dots, such as p:feature/x, is a repository.
                let isPort =
                    tag[..<slash].allSatisfy(\.isASCIIDigit) || host.contains(".") || host == "localhost"
                let isAddress = host.contains("[") || host.count { $0 == ":" } > 1
                if isPort || isAddress || host.hasPrefix("localhost:") || tag[slash...].contains(":") {
                    continue
                }
            }
            let suggestion = (try? Tag(parsing: tag.replacing("/", with: "-"))).map {
                "\(text[..<colon]):\($0)"
            }
            throw Failure(
                .tagInvalid,
                "invalid tag format: a tag has no \"/\": \"\(String(tag).truncated(to: 160))\"",
                why: "the tag begins after the \":\"; the \"/\" is at its character "
                    + "\(tag.distance(from: tag.startIndex, to: slash) + 1)",
                try: suggestion.map { [$0] } ?? []
            )
        }
    }

    /// Reads the repository; a failure suggests a correction of the whole reference.
    private static func repository(_ name: Substring, within whole: String) throws(Failure) -> RepositoryName
    {
        do {
            return try RepositoryName(parsing: name)
        } catch {
            let corrections = error.hints.map {
                String(whole[..<name.startIndex] + $0 + whole[name.endIndex...])
            }
            throw Failure(error.code, error.message, why: error.why, try: corrections)
        }
    }
}

extension Reference {
    /// Returns the reference if it has a tag or a digest, and otherwise with this digest.
    package func named(orPinnedTo digest: Digest) -> Reference {
        tag == nil && self.digest == nil ? pinned(to: digest) : self
    }

    /// Returns the repository if the other reference is in the same registry, so that blobs may be mounted from it.
    package func repository(sharedWith other: Reference) -> RepositoryName? {
        registry == other.registry ? repository : nil
    }

    /// Returns whether both refer to the same image of the same repository, without contacting a registry.
    package func isSameImage(as other: Reference) -> Bool {
        guard registry == other.registry, repository == other.repository else { return false }
        if other.digest != nil { return tag == nil && digest == other.digest }
        return digest == nil && tag == other.tag
    }
}
