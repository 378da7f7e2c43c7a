package import Diagnostics

/// A rule of `lint`: a stable name, how bad a violation is, and what the rule says.
package struct LintRule: Hashable, Sendable {
    package let id: String
    package let severity: Finding.Severity
    /// What a finding of it means, as one sentence without a full stop.
    package let summary: String

    init(_ id: String, _ severity: Finding.Severity, _ summary: String) {
        self.id = id
        self.severity = severity
        self.summary = summary
    }
}

extension LintRule {
    // Files.
    static let fileUnreadable = LintRule(
        "file-unreadable",
        .error,
        "the file cannot be read, or there are too many files"
    )
    package static let fileUnwritable = LintRule(
        "file-unwritable",
        .error,
        "--fix cannot write a pin into the file"
    )
    static let yamlSyntax = LintRule("yaml-syntax", .error, "the file is not valid YAML in UTF-8")
    static let helmTemplate = LintRule("helm-template", .error, "the file is a template of Helm, not YAML")
    static let yamlUnsupported = LintRule(
        "yaml-unsupported",
        .error,
        "the file has anchors, aliases, tags, merge keys or keys that are objects"
    )
    static let duplicateKey = LintRule("duplicate-key", .error, "an object has a key twice")
    static let yamlLimit = LintRule(
        "yaml-limit",
        .error,
        "the file is too large, too deep, or has too many documents"
    )

    // Objects.
    static let apiVersion = LintRule("api-version", .error, "the cluster has no such kind in this apiVersion")
    static let name = LintRule("name", .error, "the name or namespace is missing or not valid")
    static let unknownField = LintRule(
        "unknown-field",
        .error,
        "the kind has no such field, so kubectl rejects the object"
    )
    static let missingField = LintRule("missing-field", .error, "a required field is missing")
    static let wrongType = LintRule("wrong-type", .error, "a value has another type than the field")
    static let wrongValue = LintRule("wrong-value", .error, "a value is not one that the field allows")
    static let wrongLength = LintRule("wrong-length", .error, "a text or list is too short or too long")
    static let duplicateItem = LintRule(
        "duplicate-item",
        .error,
        "a list has an item twice that must be unique"
    )
    static let ambiguousText = LintRule(
        "ambiguous-text",
        .error,
        "kubectl reads an unquoted string as a boolean or a number, such as yes or 017"
    )
    static let ambiguousConfig = LintRule(
        "ambiguous-config",
        .warning,
        "the plugin gets a boolean or a number in place of a text without quotes"
    )
    static let largeNumber = LintRule(
        "large-number",
        .warning,
        "a number beyond 2^53 in the configuration reaches the plugin rounded"
    )
    static let tooNew = LintRule(
        "too-new",
        .error,
        "the version of --for does not have the kind or value yet"
    )

    // Attachment.
    static let oneAttachment = LintRule(
        "one-attachment",
        .error,
        "selector, targetRef and targetRefs exclude each other"
    )
    static let targetMissing = LintRule(
        "target-missing",
        .error,
        "the policy has no target, or two forms of it"
    )
    static let targetKind = LintRule("target-kind", .error, "a policy cannot target this kind or group")
    static let targetIgnored = LintRule(
        "target-ignored",
        .warning,
        "istiod ignores the target: GatewayClass is for istio-waypoint in the root namespace"
    )
    static let selectorEmpty = LintRule(
        "selector-empty",
        .warning,
        "the selector has no labels, so it selects everything"
    )
    static let selectorMissing = LintRule(
        "selector-missing",
        .note,
        "the plugin applies to every workload of the namespace, or of the mesh"
    )
    static let mergeType = LintRule(
        "merge-type",
        .error,
        "mergeType is for routes only, and cannot be Replace"
    )

    // Modules.
    static let placeholder = LintRule(
        "placeholder",
        .error,
        "the url has a variable or placeholder that was not replaced"
    )
    static let urlScheme = LintRule("url-scheme", .error, "the scheme of the url is not supported")
    static let urlPort = LintRule("url-port", .error, "a host with a port needs oci:// before it")
    static let urlDropped = LintRule(
        "url-dropped",
        .error,
        "an address with a port and without oci:// is accepted, then dropped silently by istiod"
    )
    static let urlHost = LintRule(
        "url-host",
        .error,
        "a host without a dot and port is read as a part of Docker Hub"
    )
    static let urlDockerHub = LintRule(
        "url-docker-hub",
        .warning,
        "the url names no registry, so it means Docker Hub"
    )
    static let urlReference = LintRule("url-reference", .error, "the url does not name an image")
    static let urlIgnored = LintRule(
        "url-ignored",
        .warning,
        "a part of the url is ignored: query, fragment or user"
    )
    static let urlImage = LintRule(
        "url-image",
        .warning,
        "the url is for a file, but looks like that of an image"
    )
    static let urlLoopback = LintRule(
        "url-loopback",
        .warning,
        "localhost is the machine of the proxy, not yours"
    )
    static let moduleSource = LintRule("module-source", .error, "the object names no module, or two")
    static let sha256Format = LintRule(
        "sha256-format",
        .error,
        "sha256 is not 64 lower-case hexadecimal digits"
    )
    static let digestAlgorithm = LintRule("digest-algorithm", .error, "proxies read digests of sha256 only")
    static let pinConflict = LintRule("pin-conflict", .error, "the digest in the url and sha256 differ")
    package static let unpinned = LintRule("unpinned", .warning, "the image is not pinned to a digest")
    static let tagIgnored = LintRule("tag-ignored", .note, "with a digest in the url, the tag is ignored")
    static let pullPolicyIgnored = LintRule(
        "pull-policy-ignored",
        .note,
        "with a digest, the pull policy has no effect"
    )
    static let verificationKey = LintRule(
        "verification-key",
        .warning,
        "verificationKey is ignored: nothing is verified"
    )
    static let environmentValue = LintRule(
        "environment-value",
        .error,
        "a variable of the host cannot have a value"
    )
}

extension LintRule {
    /// All rules, in the order of the reference.
    package static let all: [LintRule] = [
        fileUnreadable, fileUnwritable, yamlSyntax, helmTemplate, yamlUnsupported, duplicateKey, yamlLimit,
        apiVersion, name,
        unknownField,
        missingField, wrongType, wrongValue, wrongLength, duplicateItem, ambiguousText, ambiguousConfig,
        largeNumber, tooNew,
        oneAttachment, targetMissing, targetKind, targetIgnored, selectorEmpty, selectorMissing, mergeType,
        placeholder,
        urlScheme, urlPort,
        urlDropped, urlHost, urlDockerHub, urlReference, urlIgnored, urlImage, urlLoopback, moduleSource,
        sha256Format,
        digestAlgorithm,
        pinConflict, unpinned, tagIgnored, pullPolicyIgnored, verificationKey, environmentValue,
        referenceGrant, caMissing, caCertificate,
        higressNamespace, ruleWithoutMatch, grpcRoute, configIgnored, notInstalled, secretMissing,
        secretNamespace, secretType,
        secretKey, secretBase64, secretContent, secretHelper, secretEntry, secretHost, secretUnused,
        imageMissing,
        imageUnreachable, imageRejected, imageWarning, pinOfModule, pinOfIndex, pinOfOther, tagMoved,
    ]
}
