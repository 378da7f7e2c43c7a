package import Diagnostics
package import OCI
package import ProxyWasm

/// The check of an image for the consumer that a document deploys it to.
package struct DeploymentCheck: Sendable {
    private let rows: [FindingList.Row]
    private let name: Reference

    /// The findings about names that generated documents take care of: the host's port, the scheme, and indexes.
    private static let solved: Set<String> = ["host-without-dot", "scheme-needed"]
    /// The findings that only concern images without a pin.
    private static let ofTags: Set<String> = ["untagged", "unpinned", "index-pin"]

    /// Checks an image.
    ///
    /// - Parameters:
    ///   - image: the inspected image, with its module.
    ///   - name: its name in its registry.
    ///   - consumer: the name of the consumer, as in `--for`; every proxy, if `nil`.
    ///   - release: the release of the consumer's Envoy; `nil` if it is not known.
    ///   - isPinned: whether the document has the digest of the image.
    /// - Throws: ``Failure/Code/interrupted``.
    package init(
        of image: InspectedImage,
        named name: Reference,
        for consumer: String?,
        in release: EnvoyRelease? = nil,
        isPinned: Bool = true
    ) throws(Failure) {
        let consumers = Consumers.proxies.filter { consumer == nil || $0.name == consumer }
        let check = try PluginCheck(
            image.inspection,
            named: name,
            module: image.module,
            for: consumers,
            in: release
        )
        // Without a consumer, the kubelet pulls the image or a user does: only the module counts.
        rows = FindingList(check).rows.filter { row in
            guard !Self.solved.contains(row.finding.id), !(isPinned && Self.ofTags.contains(row.finding.id))
            else {
                return false
            }
            return consumer != nil || check.results.allSatisfy { $0.moduleFindings.contains(row.finding) }
        }
        self.name = name
    }

    /// Remarks that do not prevent the deployment.
    package var warnings: [String] { rows.filter { $0.finding.severity == .warning }.map(\.line) }

    /// Throws ``Failure/Code/checkFailed`` if the consumer would reject the image.
    package func failIfRejected() throws(Failure) {
        let rejections = rows.filter { $0.finding.severity == .error }
        guard let first = rejections.first else { return }
        throw Failure(
            .checkFailed,
            "\(name) would not be loaded: \(first.line)",
            why: first.finding.consumerMessage.map { "the proxy reports \"\($0)\"" },
            try: first.finding.hints
                + (rejections.count > 1
                    ? ["wasmpack check \(name)"] : [])
        )
    }

    /// Throws ``Failure/Code/checkFailed`` if the kubelet would not find `plugin.wasm` at the root of the mounted image.
    package static func failIfNotMountable(_ name: Reference, _ image: ImageInspection) throws(Failure) {
        guard image.format != "image", image.format != "docker" else { return }
        throw Failure(
            .checkFailed,
            "\(name) cannot be mounted as a volume with a plugin.wasm",
            why: "its format is \(image.format); a volume needs an image whose layer is a tar",
            try: ["wasmpack copy --format image \(name) TO", "wasmpack generate image-volume TO"]
        )
    }

    /// Returns a warning for a module without callbacks of a type, so that a filter of this type would do nothing.
    ///
    /// - Parameters:
    ///   - image: the image with the module.
    ///   - type: the type of filter that a document makes of it.
    ///   - remedy: what to do, or why nothing can be done.
    /// - Returns: the warning; `nil` if the module has such callbacks, or none that tell its type.
    package static func typeWarning(_ image: InspectedImage, as type: PluginType, remedy: String) -> String? {
        let types = image.module?.check?.pluginTypes ?? []
        guard !types.isEmpty, !types.contains(type) else { return nil }
        return switch type {
        case .http:
            "the module has callbacks for connections only, so it would do nothing as an HTTP plugin: \(remedy)"
        case .network:
            "the module has callbacks for HTTP only, so it would do nothing as a network plugin: \(remedy)"
        }
    }

    /// Throws ``Failure/Code/checkFailed`` if the reference has the digest of an index, which Istio cannot pin.
    package static func failIfIndex(_ name: Reference, root: Descriptor, image: Descriptor) throws(Failure) {
        guard name.digest != nil, root.digest != image.digest else { return }
        throw Failure(
            .checkFailed,
            "\(name) is an index, not an image",
            why:
                "proxies compare the digest with that of the image's manifest, so they reject the digest of an index",
            try: ["\(name.pinned(to: image.digest))"]
        )
    }
}
