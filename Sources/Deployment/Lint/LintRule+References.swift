import Diagnostics

extension LintRule {
    // Envoy Gateway and Higress.
    static let referenceGrant = LintRule(
        "reference-grant",
        .warning,
        "a Secret or ConfigMap of another namespace needs a ReferenceGrant there"
    )
    static let caMissing = LintRule(
        "ca-missing",
        .note,
        "the Secret or ConfigMap with the CA certificate is not in these files"
    )
    static let caCertificate = LintRule(
        "ca-certificate",
        .error,
        "the Secret or ConfigMap has no CA certificate in ca.crt"
    )
    static let higressNamespace = LintRule(
        "higress-namespace",
        .warning,
        "Higress reads only the objects in its own namespace"
    )
    static let ruleWithoutMatch = LintRule(
        "rule-without-match",
        .error,
        "a rule that matches nothing makes Higress drop the whole plugin"
    )
    static let grpcRoute = LintRule(
        "grpc-route",
        .warning,
        "routeType GRPC makes Higress lose the names of ingresses"
    )
    static let configIgnored = LintRule(
        "config-ignored",
        .warning,
        "with pluginConfig, the other configurations are ignored"
    )
    static let notInstalled = LintRule("not-installed", .warning, "the plugin is disabled and has no rules")

    // Secrets.
    static let secretMissing = LintRule("secret-missing", .note, "the pull Secret is not in these files")
    static let secretNamespace = LintRule(
        "secret-namespace",
        .error,
        "the pull Secret is in another namespace than the object that names it"
    )
    static let secretType = LintRule(
        "secret-type",
        .error,
        "the type of the pull Secret is not kubernetes.io/dockerconfigjson"
    )
    static let secretKey = LintRule("secret-key", .error, "the pull Secret lacks the key .dockerconfigjson")
    static let secretBase64 = LintRule(
        "secret-base64",
        .error,
        "a value in data is not base64, or one in stringData is"
    )
    static let secretContent = LintRule(
        "secret-content",
        .error,
        "the content of the pull Secret is not a docker configuration"
    )
    static let secretHelper = LintRule(
        "secret-helper",
        .error,
        "the pull Secret names a credential helper, which no proxy has"
    )
    static let secretEntry = LintRule(
        "secret-entry",
        .error,
        "an entry of the pull Secret has no usable credentials"
    )
    static let secretHost = LintRule(
        "secret-host",
        .error,
        "the pull Secret has no entry for the host of the image"
    )
    static let secretUnused = LintRule(
        "secret-unused",
        .warning,
        "a pull Secret is only for images, not for files and http"
    )

    // Registries.
    package static let imageMissing = LintRule("image-missing", .error, "the registry has no such image")
    package static let imageUnreachable = LintRule(
        "image-unreachable",
        .error,
        "the image could not be checked"
    )
    package static let imageRejected = LintRule(
        "image-rejected",
        .error,
        "the consumer would reject the image or its module"
    )
    package static let imageWarning = LintRule(
        "image-warning",
        .warning,
        "the consumer accepts the image, but see the message"
    )
    package static let pinOfModule = LintRule(
        "pin-of-module",
        .error,
        "the pin is the digest of the module, not of the manifest"
    )
    package static let pinOfIndex = LintRule(
        "pin-of-index",
        .error,
        "the pin is the digest of an index, not of the image in it"
    )
    package static let pinOfOther = LintRule(
        "pin-of-other",
        .error,
        "sha256 is the digest of another image than the url names"
    )
    package static let tagMoved = LintRule(
        "tag-moved",
        .warning,
        "the tag beside the pin points to another image now"
    )
}
