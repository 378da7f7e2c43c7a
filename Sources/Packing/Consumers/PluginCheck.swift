package import Diagnostics
package import OCI
package import ProxyWasm

/// The findings of consumers about an image and its module, or about a module alone.
package struct PluginCheck: Sendable {
    /// The findings of one consumer.
    package struct ConsumerResult: Sendable {
        /// The consumer.
        package let consumer: any Consumer
        /// The version that was asked for, for example `1.29`; `nil` for none.
        package let version: String?
        /// Its name in messages, with the version that was asked for: `istio`, `istio@1.29`.
        package let name: String
        /// The findings about the image; empty for a module alone.
        package let imageFindings: [Finding]
        /// The findings about the module; empty for a consumer that does not run modules.
        package let moduleFindings: [Finding]

        /// The highest severity; `nil` without findings.
        package var worst: Finding.Severity? { (imageFindings + moduleFindings).map(\.severity).max() }
    }

    /// The image; `nil` for a module alone.
    package let image: ImageInspection?
    /// The module; `nil` for an image without a module.
    package let module: ModuleInspection?
    /// The findings of each consumer, in the given order.
    package let results: [ConsumerResult]

    /// Checks an image and its module for consumers.
    ///
    /// - Parameters:
    ///   - image: the image; `nil` for a module alone.
    ///   - name: its name in its registry; `nil` for an image that is not in a registry.
    ///   - module: the module; `nil` for an image without a module, or if the module was checked before.
    ///   - consumers: the consumers to check for.
    ///   - release: the release of the consumers' Envoy; `nil` if it is not known.
    ///   - limit: the maximum size of an unpacked layer, in bytes.
    /// - Throws: ``Failure/Code/interrupted``.
    package init(
        _ image: ImageInspection?,
        named name: Reference? = nil,
        module: ModuleInspection?,
        for consumers: [any Consumer],
        in release: EnvoyRelease? = nil,
        limit: Int = defaultLimit
    ) throws(Failure) {
        try self.init(
            image,
            named: name,
            module: module,
            for: consumers.map { ConsumerRelease($0, release) },
            limit: limit
        )
    }

    /// Checks an image and its module for releases of consumers, like ``init(_:named:module:for:in:limit:)``.
    package init(
        _ image: ImageInspection?,
        named name: Reference? = nil,
        module: ModuleInspection?,
        for consumers: [ConsumerRelease],
        limit: Int = defaultLimit
    ) throws(Failure) {
        self.image = image
        self.module = module
        var results: [ConsumerResult] = []
        for target in consumers {
            let consumer = target.consumer
            let ofModule = try consumer.host.flatMap { (host) throws(Failure) in
                try module?.findings(in: host, target.release)
            }
            results.append(
                ConsumerResult(
                    consumer: consumer,
                    version: target.version,
                    name: target.name,
                    imageFindings: image.map { Self.findings(on: $0, named: name, of: consumer, limit) }
                        ?? [],
                    moduleFindings: (ofModule ?? []) + Self.size(of: image == nil ? module : nil, limit)
                )
            )
        }
        self.results = results
    }

    /// The consumers' default for the maximum size of an unpacked layer, in bytes: 256 MiB.
    package static let defaultLimit = 256 * 1024 * 1024

    /// The findings about the module that are shown once: those of the first consumer with a proxy.
    package var moduleFindings: [Finding] {
        results.first { $0.consumer.host != nil }?.moduleFindings ?? module?.findings ?? []
    }

    /// The highest severity of all findings.
    package var worst: Finding.Severity? { results.compactMap(\.worst).max() }

    /// Returns a consumer's findings; adds a missing module if the consumer's rules do not report it.
    private static func findings(
        on image: ImageInspection,
        named name: Reference?,
        of consumer: any Consumer,
        _ limit: Int
    ) -> [Finding] {
        var findings = consumer.findings(on: image, named: name, limit: limit)
        if let warning = image.config?.diffIDWarning(layerCount: image.manifest.layers.count) {
            findings.append(
                Finding("diff-id-count", .warning, warning, try: ["wasmpack copy --format image FROM TO"])
            )
        }
        guard case .failure(let failure) = image.plugin, !findings.contains(where: { $0.severity == .error })
        else { return findings }
        return findings + [Finding(failure)]
    }

    /// Checks the size of the layer that a module alone would have: with the tar's header, padding and end, 1536 bytes more.
    private static func size(of module: ModuleInspection?, _ limit: Int) -> [Finding] {
        guard let module, module.identity.size > limit - 1536 else { return [] }
        return [
            Finding(
                "too-large",
                .error,
                "the module has \(module.identity.size) bytes; its layer, with 1536 more, exceeds the limit of \(limit)",
                consumerMessage: "unexpected EOF"
            )
        ]
    }
}
