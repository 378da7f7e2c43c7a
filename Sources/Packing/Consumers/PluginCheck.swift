package import Diagnostics
package import OCI
import ProxyWasm

/// What consumers will say of an image and the module in it, or of a module alone.
package struct PluginCheck: Sendable {
    /// What one consumer will say.
    package struct Answer: Sendable {
        /// Who.
        package let consumer: any Consumer
        /// Of the image; empty when a module was checked alone.
        package let imageFindings: [Finding]
        /// Of the module; empty for one that runs none.
        package let moduleFindings: [Finding]

        /// The worst of it; `nil` when it has nothing to say.
        package var worst: Finding.Severity? { (imageFindings + moduleFindings).map(\.severity).max() }
    }

    /// The image; `nil` when a module was checked alone.
    package let image: ImageInspection?
    /// The module; `nil` for an image without one.
    package let module: ModuleInspection?
    /// What each consumer will say, in the order in which they were named.
    package let answers: [Answer]

    /// Asks consumers.
    ///
    /// - Parameters:
    ///   - image: the image, if there is one.
    ///   - name: what it is called in its registry; `nil` for one that is in none.
    ///   - module: the module within, or alone; `nil` for an image without one, or when it was checked before.
    ///   - consumers: who is asked.
    ///   - limit: how much of an unpacked layer they read, in bytes.
    package init(
        _ image: ImageInspection?,
        named name: Reference? = nil,
        module: ModuleInspection?,
        for consumers: [any Consumer],
        limit: Int = defaultLimit
    ) {
        self.image = image
        self.module = module
        var byHost: [ProxyHost: [Finding]] = [:]
        for host in Set(consumers.compactMap(\.host)) { byHost[host] = module?.findings(in: host) }
        answers = consumers.map { consumer in
            Answer(
                consumer: consumer,
                imageFindings: image.map { Self.findings(on: $0, named: name, of: consumer, limit) } ?? [],
                moduleFindings: (consumer.host.flatMap { byHost[$0] } ?? [])
                    + Self.size(of: image == nil ? module : nil, limit)
            )
        }
    }

    /// How much of an unpacked layer consumers read unless they are told otherwise: 256 MiB.
    package static let defaultLimit = 256 * 1024 * 1024

    /// The findings about the module that are shown once: those for the proxy of the first consumer that has one.
    package var moduleFindings: [Finding] {
        answers.first { $0.consumer.host != nil }?.moduleFindings ?? module?.findings(in: .envoy) ?? []
    }

    /// The worst that any of them says.
    package var worst: Finding.Severity? { answers.compactMap(\.worst).max() }

    /// What a consumer says, and that there is no module if it has overlooked that.
    private static func findings(
        on image: ImageInspection,
        named name: Reference?,
        of consumer: any Consumer,
        _ limit: Int
    ) -> [Finding] {
        let findings = consumer.findings(on: image, named: name, limit: limit)
        guard case .failure(let failure) = image.plugin, !findings.contains(where: { $0.severity == .error })
        else { return findings }
        return findings + [Finding(failure)]
    }

    /// A module alone is judged by the layer that it would be in: a header, itself, the padding and the end.
    private static func size(of module: ModuleInspection?, _ limit: Int) -> [Finding] {
        guard let module, module.identity.size > limit - 1536 else { return [] }
        return [
            Finding(
                "too-large",
                .error,
                "the module has \(module.identity.size) bytes; proxies read \(limit) of a layer, which has 1536 more",
                saying: "unexpected EOF"
            )
        ]
    }
}
