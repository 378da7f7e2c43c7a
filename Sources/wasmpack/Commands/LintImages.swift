import Deployment
import Diagnostics
import HostSystem
import OCI
import Packing
import ProxyWasm
import Registry
import Storage
import SystemPackage
import YAML

/// The checks of `lint` that need a registry.
struct LintImages {
    /// A pin that a file needs.
    struct Fix {
        let file: String
        let line: Int
        let digest: Digest
        fileprivate let edit: PinEdit
        /// The findings that it solves.
        fileprivate(set) var rules: Set<LintRule>
    }

    /// What a registry says about an image; each name is asked for once.
    private struct Answer {
        var rows: [Finding] = []
        /// The digest of what the name points to, and of the image that consumers use.
        var root: Digest?
        var image: Digest?
        var module: Digest?
        var failure: Failure?
    }

    private struct Key: Hashable {
        let reference: Reference
        let consumer: String
        let secret: String?
    }

    /// The findings about names that lint has rules for.
    private static let known: Set<String> = [
        "host-without-dot", "scheme-needed", "untagged", "unpinned", "index-pin",
    ]
    /// The failures of this machine, which end the command.
    private static let fatal: Set<Failure.Code> = [
        .interrupted, .terminated, .hangup, .usage, .configurationInvalid, .libraryUnusable, .systemLimit,
        .diskFull,
        .internalError,
    ]

    private let linter: Linter
    private let registry: RegistryOptions
    private let versions: [ConsumerVersion]
    private let usesSecrets: Bool
    private(set) var findings: [LintFinding] = []
    private var pins: [(image: ImageUse, digest: Digest, rule: LintRule, atField: Bool)] = []
    private var answers: [Key: Answer] = [:]
    /// The credentials of every other command.
    private var usual: CredentialChain?

    init(_ linter: Linter, registry: RegistryOptions, versions: [ConsumerVersion], usesSecrets: Bool) {
        self.linter = linter
        self.registry = registry
        self.versions = versions
        self.usesSecrets = usesSecrets
    }

    /// Asks the registry of each image.
    mutating func check(_ context: CommandContext) async throws {
        try registry.failIfShared(among: linter.images.map(\.reference), context.environment)
        guard !linter.images.isEmpty else { return }
        // Once, because a secret on standard input can be read only once.
        usual = try await registry.credentials.store(
            context.environment,
            usesTLS: !registry.connection.plainHttp
        )
        for image in linter.images {
            try checkCancellation()
            try await check(image, context)
        }
    }

    private mutating func check(_ image: ImageUse, _ context: CommandContext) async throws {
        let reference = image.reference
        let answer = try await answer(to: reference, for: image, context)
        if let failure = answer.failure {
            try await explain(failure, of: image, context)
            return
        }
        guard let root = answer.root, let digest = answer.image else { return }
        var isRejected = false
        for finding in answer.rows {
            isRejected = isRejected || finding.severity == .error
            findings.append(
                image.finding(
                    finding.severity == .error ? .imageRejected : .imageWarning,
                    finding.message,
                    consumerMessage: finding.consumerMessage,
                    try: finding.hints
                )
            )
        }
        if reference.digest != nil, root != digest {
            findings.append(
                image.finding(
                    .pinOfIndex,
                    "the digest in the url is that of an index; proxies compare it with that of the image in it",
                    consumerMessage:
                        "module downloaded from oci://\(reference) has checksum \(digest.encoded), which does not match: "
                        + root.encoded,
                    try: ["write \(reference.pinned(to: digest))"]
                )
            )
            pin(image, to: digest, for: .pinOfIndex)
        }
        checkField(of: image, answer, digest)
        if image.pin == nil, !isRejected { pin(image, to: digest, for: .unpinned) }
        if let tag = image.tag, image.pin != nil { try await checkTag(tag, of: image, digest, context) }
    }

    /// Compares the field `sha256` with the manifest.
    private mutating func checkField(of image: ImageUse, _ answer: Answer, _ digest: Digest) {
        guard let field = image.sha256?.string, field != digest.encoded, image.reference.digest == nil else {
            return
        }
        let rule: LintRule =
            field == answer.module?.encoded
            ? .pinOfModule : field == answer.root?.encoded ? .pinOfIndex : .pinOfOther
        let message =
            switch rule {
            case .pinOfModule:
                "sha256 is the digest of the module; proxies compare it with that of the image's manifest"
            case .pinOfIndex:
                "sha256 is the digest of an index; proxies compare it with that of the image in it"
            default: "sha256 is not the digest of \(image.reference), which has the digest \(digest.encoded)"
            }
        findings.append(
            image.finding(
                rule,
                message,
                atPin: true,
                consumerMessage:
                    "module downloaded from oci://\(image.reference) has checksum \(digest.encoded), which does not match: "
                    + field,
                try: ["write sha256: \(digest.encoded)"]
            )
        )
        // Another image may be meant, so that is not changed.
        if rule != .pinOfOther { pin(image, to: digest, for: rule, atField: true) }
    }

    /// Finds out whether the tag beside a pin has moved.
    private mutating func checkTag(
        _ tag: Tag,
        of image: ImageUse,
        _ pinned: Digest,
        _ context: CommandContext
    ) async throws {
        let current = try await answer(to: image.reference.tagged(tag), for: image, context)
        guard let digest = current.image, current.root != pinned, digest != pinned else { return }
        // With sha256 and a tag in the url, the image of the tag is the only one, and has its own finding.
        guard image.reference.digest != nil else { return }
        findings.append(
            image.finding(
                .tagMoved,
                "the tag \(tag) now points to \(digest.short), not to \(pinned.short)",
                try: ["to deploy it, write \(image.reference.pinned(to: digest))"]
            )
        )
    }

    /// Adds the finding for an image that could not be read.
    private mutating func explain(_ failure: Failure, of image: ImageUse, _ context: CommandContext)
        async throws
    {
        let reference = image.reference
        guard failure.code == .notFound else {
            findings.append(
                image.finding(
                    .imageUnreachable,
                    "\(reference) could not be checked: \(failure.message)"
                        + (failure.why.map { ": \($0)" } ?? ""),
                    try: failure.hints
                )
            )
            return
        }
        if let pinned = reference.digest, let tag = image.tag {
            let current = try await answer(to: reference.tagged(tag), for: image, context)
            if let digest = current.image, current.module == pinned {
                findings.append(
                    image.finding(
                        .pinOfModule,
                        "the digest in the url is that of the module; proxies need that of the image's manifest",
                        try: ["write \(reference.pinned(to: digest))"]
                    )
                )
                return pin(image, to: digest, for: .pinOfModule)
            }
        }
        findings.append(
            image.finding(
                .imageMissing,
                "\(reference) does not exist" + (failure.why.map { ": \($0)" } ?? ""),
                try: failure.hints
            )
        )
    }

    /// Returns what a registry says about a name.
    private mutating func answer(to reference: Reference, for image: ImageUse, _ context: CommandContext)
        async throws -> Answer
    {
        let consumer = image.kind.consumer ?? ""
        let secret = usesSecrets ? linter.configuration(for: image) : nil
        let key = Key(reference: reference, consumer: consumer, secret: secret?.name)
        if let known = answers[key] { return known }
        var answer = Answer()
        do {
            answer = try await ask(reference, of: consumer, secret, context)
        } catch let failure as Failure {
            guard !Self.fatal.contains(failure.code), !Task.isCancelled else { throw failure }
            answer.failure = context.connections.explained(failure)
        }
        answers[key] = answer
        return answer
    }

    private func ask(
        _ reference: Reference,
        of consumer: String,
        _ secret: (json: [UInt8], name: String)?,
        _ context: CommandContext
    ) async throws -> Answer {
        let chain = secret.map { secret in
            CredentialChain([
                DockerConfig(
                    bytes: secret.json,
                    shownAs: secret.name,
                    usesTLS: !registry.connection.plainHttp,
                    helpers: CredentialHelpers()
                )
            ])
        }
        let folder = LazyTemporaryDirectory()
        defer { withExtendedLifetime(folder) {} }
        registry.announce(reference, context)
        let repository = try await registry.repository(
            of: reference,
            for: .pull,
            credentials: chain ?? usual,
            spoolingIn: .temporary(folder),
            context
        )
        let root = try await repository.find(reference)
        var answer = Answer(root: root.digest)
        try await InspectedImage.with(root, in: repository) { image in
            answer.image = image.inspection.image.digest
            answer.module = image.module?.identity.digest
            let check = try PluginCheck(
                image.inspection,
                named: reference,
                module: image.module,
                for: releases(of: consumer)
            )
            answer.rows = FindingList(check).rows.map(\.finding).filter { finding in
                finding.severity != .note && !Self.known.contains(finding.id)
            }
        }
        return answer
    }

    private func releases(of name: String) -> [ConsumerRelease] {
        Consumers.all.filter { $0.name == name }.map { consumer in
            let version = versions.first { version in
                version.consumer.rawValue == name || version.consumer == .asm && name == "istio"
            }
            return ConsumerRelease(consumer, version?.release, version: version?.version)
        }
    }

    private mutating func pin(_ image: ImageUse, to digest: Digest, for rule: LintRule, atField: Bool = false)
    {
        pins.append((image, digest, rule, atField))
    }

    /// Writes the pins into the files; all other bytes stay.
    ///
    /// Returns what was written.
    mutating func fix(_ files: [ManifestFile]) async throws(Failure) -> [Fix] {
        var fixes: [Fix] = []
        for file in files {
            let wanted = pins.filter { $0.image.object.file == file.name }
            let own = wanted.compactMap { pin -> Fix? in
                let edit =
                    pin.atField
                    ? pin.image.sha256.flatMap { PinEdit(correcting: $0, to: pin.digest, in: file.bytes) }
                    : PinEdit(pinning: pin.image, to: pin.digest, in: file.bytes)
                let place = pin.atField ? pin.image.sha256?.place : pin.image.url.place
                return edit.map {
                    Fix(
                        file: file.name,
                        line: place?.line ?? 1,
                        digest: pin.digest,
                        edit: $0,
                        rules: [pin.rule]
                    )
                }
            }
            guard !own.isEmpty else { continue }
            let new = PinEdit.apply(own.map(\.edit), to: file.bytes)
            let target = PrivateFile(at: FilePath(file.name), limit: ManifestSearch.sizeLimit)
            try await target.change { old throws(Failure) in
                guard old == file.bytes else {
                    throw Failure(
                        .fileUnwritable,
                        "\(file.name) was changed by another program",
                        why: "it was not changed by --fix",
                        try: ["run the command again"]
                    )
                }
                return new
            }
            fixes += own
        }
        return fixes
    }
}

extension LintImages.Fix {
    /// Whether it solves a finding.
    func solves(_ finding: LintFinding) -> Bool {
        finding.file == file && finding.place.line == line && rules.contains(finding.rule)
    }
}
