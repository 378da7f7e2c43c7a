import Deployment
import Diagnostics
import OCI
import Registry
import YAML

/// The checks of `lint` that need a registry.
struct LintImages {
    /// A pin that a file needs.
    struct Fix {
        let file: String
        let place: Node.Place
        /// The object, as in its findings.
        let object: String
        let digest: Digest
        let edit: PinEdit
        /// The findings that it solves.
        let rules: Set<LintRule>
    }

    /// What a registry says about an image; each name is asked for once.
    struct Answer {
        var rows: [Finding] = []
        /// The digest of what the name points to, and of the image that consumers use.
        var root: Digest?
        var image: Digest?
        var module: Digest?
        var failure: Failure?
    }

    /// A pin that `--fix` writes.
    typealias Pin = (image: ImageUse, digest: Digest, rule: LintRule, atField: Bool)

    struct Key: Hashable {
        let reference: Reference
        let consumer: String
        let secret: String?
    }

    /// The findings about names that lint has rules for.
    static let known: Set<String> = [
        "host-without-dot", "scheme-needed", "untagged", "unpinned", "index-pin",
    ]
    /// The failures of this machine, which end the command.
    static let fatal: Set<Failure.Code> = [
        .interrupted, .terminated, .hangup, .usage, .configurationInvalid, .libraryUnusable, .systemLimit,
        .diskFull,
        .internalError,
    ]

    /// The failures to reach a registry, which its other images would have too.
    static let connectionFailures: Set<Failure.Code> = [
        .addressUnknown, .connectionRefused, .connectionLost, .proxyFailed, .tlsUnknownAuthority, .tlsFailed,
        .timedOut,
    ]

    let linter: Linter
    let registry: RegistryOptions
    let versions: [ConsumerVersion]
    let usesSecrets: Bool
    var findings: [LintFinding] = []
    var pins: [Pin] = []
    var answers: [Key: Answer] = [:]
    /// The registries that could not be reached; their other images are not asked for.
    var unreachable: [RegistryName: Failure] = [:]
    /// The credentials of every other command.
    var usual: CredentialChain?

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
                    try: ["write \(image.url(of: reference.pinned(to: digest)))"]
                )
            )
            pin(image, to: digest, for: .pinOfIndex)
        }
        checkField(of: image, answer, digest)
        if image.pin == nil, !image.hasPinField, !isRejected { pin(image, to: digest, for: .unpinned) }
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
        let current = try await answer(
            to: image.reference.tagged(tag),
            for: image,
            knowing: pinned,
            context
        )
        guard let digest = current.image, current.root != pinned, digest != pinned else { return }
        // With sha256 and a tag in the url, the image of the tag is the only one, and has its own finding.
        guard image.reference.digest != nil else { return }
        findings.append(
            image.finding(
                .tagMoved,
                "the tag \(tag) now points to \(digest.short), not to \(pinned.short)",
                try: ["to deploy it, write \(image.url(of: image.reference.pinned(to: digest)))"]
            )
        )
    }

    /// Whether an image needs a login, and the files have the pull Secret for it.
    private func hasUnusedSecret(_ image: ImageUse, _ failure: Failure) -> Bool {
        !usesSecrets && failure.code == .authenticationRequired && linter.configuration(for: image) != nil
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
                    try: hasUnusedSecret(image, failure) ? ["use --use-secrets"] : failure.hints
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
                        try: ["write \(image.url(of: reference.pinned(to: digest)))"]
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

    private mutating func pin(_ image: ImageUse, to digest: Digest, for rule: LintRule, atField: Bool = false)
    {
        pins.append((image, digest, rule, atField))
    }
}
