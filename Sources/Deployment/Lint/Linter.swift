import YAML

/// Checks manifests without a registry.
package struct Linter: Sendable {
    /// The findings of all files, in the order of the files and lines.
    package private(set) var findings: [LintFinding] = []
    /// The images of all objects, for the checks that need a registry.
    package let images: [ImageUse]
    /// The objects that were checked; of Secrets, only pull Secrets count.
    package let objects: [ManifestObject]
    private let secrets: SecretUse
    private let fileNames: [String]

    /// Checks the objects of files.
    ///
    /// - Parameters:
    ///   - files: the files.
    ///   - versions: the versions of the consumers; the newest ones of those that are missing.
    package init(_ files: [ManifestFile], for versions: [ConsumerVersion]) {
        fileNames = files.map(\.name)
        let all = files.flatMap(\.objects)
        let images = files.flatMap { file in file.objects.flatMap { ImageUse.images(of: $0, in: file) } }
        let grants = ReferenceGrants(files.flatMap(\.grants))
        secrets = SecretUse(all.filter { $0.kind == .secret }, namedBy: images, grants: grants)
        self.images = images
        let certificates = all.flatMap(AuthorityUse.authorities)
        let authorities = AuthorityRules(all.filter { $0.kind.consumer == nil }, grants: grants)
        let named = Set(
            images.compactMap(\.secret?.name).map { "Secret \($0)" }
                + certificates.map { "\($0.kind.name) \($0.name)" }
        )
        objects = all.filter { object in
            object.kind.consumer != nil || named.contains("\(object.kind.name) \(object.name)")
                || object.kind == .secret && SecretContent.isPullSecret(object.node)
        }
        findings = files.compactMap(\.finding) + files.flatMap(\.unknownKinds)
        let context = ObjectRule.Context(versions: versions)
        for object in objects {
            var found = LintCollector(object.file, object: object.description)
            for rule in ObjectRule.rules(of: object.kind) { rule.check(object, context, &found) }
            findings += found.findings
        }
        for image in images {
            var found = LintCollector(image.object.file, object: image.object.description)
            secrets.check(image, &found)
            findings += found.findings
        }
        for use in certificates {
            var found = LintCollector(use.policy.file, object: use.policy.description)
            authorities.check(use, &found)
            findings += found.findings
        }
        sort()
    }

    /// Replaces the hints of findings, where a registry knows better ones.
    package mutating func advise(_ hints: (LintFinding) -> [String]?) {
        findings = findings.map { finding in hints(finding).map { finding.with(hints: $0) } ?? finding }
    }

    /// Adds findings about images, which a registry was asked for.
    package mutating func add(_ more: [LintFinding]) {
        findings += more
        sort()
    }

    private mutating func sort() {
        let order = Dictionary(fileNames.enumerated().map { ($1, $0) }) { first, _ in first }
        findings = findings.enumerated().sorted { left, right in
            let (first, second) = (left.element, right.element)
            let positions = (order[first.file] ?? 0, order[second.file] ?? 0)
            if positions.0 != positions.1 { return positions.0 < positions.1 }
            return first.place == second.place ? left.offset < right.offset : first.place < second.place
        }.map(\.element)
    }

    /// Returns the docker configuration of the Secret that an image is pulled with, and its name in messages.
    ///
    /// `nil` if the files have no usable one. A configuration that names a helper is not usable, because it would run here.
    package func configuration(for image: ImageUse) -> (json: [UInt8], name: String)? {
        guard let secret = secrets.secret(of: image), let content = try? secret.content.get(),
            content.helper == nil
        else { return nil }
        return (content.json, "\(secret.object.description) (\(secret.object.file))")
    }
}

extension ImageUse {
    /// Returns a finding about the image at its url, or at `sha256`.
    package func finding(
        _ rule: LintRule,
        _ message: String,
        atPin: Bool = false,
        consumerMessage: String? = nil,
        try hints: [String] = []
    ) -> LintFinding {
        LintFinding(
            rule: rule,
            file: object.file,
            place: (atPin ? sha256?.place : nil) ?? url.place,
            object: object.description,
            message: message,
            consumerMessage: consumerMessage,
            hints: hints
        )
    }
}
