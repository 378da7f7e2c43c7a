import Deployment
import Diagnostics
import OCI
import Packing
import ProxyWasm
import Registry

extension Generate {
    /// The image as it is deployed, and where a plain Envoy gets its module.
    struct CheckedImage {
        let deployed: DeployedImage
        var source = ModuleSource.file(why: nil)
    }

    /// Checks the image in its registry, and returns it with the digest to pin.
    func image(_ reference: Reference, _ context: CommandContext) async throws -> CheckedImage {
        if noPin, reference.digest != nil, reference.tag == nil {
            throw Failure(
                .usage,
                "--no-pin needs a tag",
                why: "\(reference) has a digest only",
                try: ["omit --no-pin"]
            )
        }
        if offline { return try offlineImage(reference) }
        var digest: Digest?
        var source = ModuleSource.file(why: nil)
        try await registry.withImage(reference.reading(context), context) { root, repository in
            try await InspectedImage.with(root, in: repository) { image in
                // The kubelet and pull read an index too.
                if kind != .envoy, kind != .imageVolume {
                    try DeploymentCheck.failIfIndex(reference, root: root, image: image.inspection.image)
                } else if root.digest != image.inspection.image.digest, reference.digest != nil {
                    context.record(
                        .note(
                            "\(reference) is an index; the document names the image in it, "
                                + "\(image.inspection.image.digest.short)"
                        )
                    )
                }
                try check(image, named: reference, context)
                digest = image.inspection.image.digest
                if kind == .envoy, fields.module == nil {
                    source = try await self.source(of: image, in: repository)
                }
            }
        }
        return CheckedImage(
            deployed: DeployedImage(reference, pinnedTo: noPin ? nil : digest),
            source: source
        )
    }

    private func offlineImage(_ reference: Reference) throws(Failure) -> CheckedImage {
        guard noPin || reference.digest != nil || kind == .envoy else {
            throw Failure(
                .usage,
                "a tag cannot be pinned offline",
                why: "only the registry knows its digest",
                try: ["omit --offline", "add --no-pin to deploy by tag", "add the digest to the reference"]
            )
        }
        return CheckedImage(
            deployed: DeployedImage(reference, pinnedTo: noPin ? nil : reference.digest),
            source: .file(why: fields.module == nil ? "the registry was not asked (--offline)" : nil)
        )
    }

    private func check(_ image: InspectedImage, named reference: Reference, _ context: CommandContext)
        throws(Failure)
    {
        if kind == .imageVolume { try DeploymentCheck.failIfNotMountable(reference, image.inspection) }
        let consumers = kind == .kustomization ? with.map(\.consumer) : [kind.consumer]
        for consumer in Set(consumers).sorted(by: { ($0 ?? "") < ($1 ?? "") }) {
            let check = try DeploymentCheck(
                of: image,
                named: reference,
                for: consumer,
                in: try release(of: consumer),
                isPinned: !noPin
            )
            try check.failIfRejected()
            for warning in check.warnings { context.record(.warning(warning)) }
        }
        for kind in kind == .kustomization ? with : [kind] {
            guard let warning = typeWarning(image, in: kind) else { continue }
            context.record(.warning(warning))
        }
    }

    /// Returns the warning for a module without callbacks of the type that a document gives it.
    private func typeWarning(_ image: InspectedImage, in kind: DocumentKind) -> String? {
        guard kind.runsPlugin else { return nil }
        let isSettable = DeploymentSetting.type.kinds.contains(kind)
        let type: ProxyWasm.PluginType = isSettable && fields.type == .network ? .network : .http
        return DeploymentCheck.typeWarning(
            image,
            as: type,
            remedy: !isSettable
                ? "\(kind.title) runs HTTP plugins only"
                : type == .network ? "omit --type network" : "use --type network"
        )
    }

    /// Returns the release of Envoy in the version of `--for`; `nil` if it is not known, or not for that consumer.
    private func release(of consumer: String?) throws(Failure) -> EnvoyRelease? {
        guard let version = try fields.parsedConsumer(),
            consumer == nil ? kind != .kustomization : version.consumer.rawValue == consumer
        else { return nil }
        return version.release
    }

    /// Finds out whether a plain Envoy can fetch the module by its URL.
    private func source(of image: InspectedImage, in repository: RemoteRepository) async throws(Failure)
        -> ModuleSource
    {
        guard let module = image.module?.identity.digest, module.algorithm == .sha256,
            image.inspection.manifest.layers.contains(where: { $0.digest == module })
        else {
            return .file(
                why:
                    "the module is in a layer of the image, which Envoy cannot unpack; it can fetch a module of the "
                    + "formats artifact and wasm"
            )
        }
        switch try await repository.directBlob(module) {
        case .served(let url, let host, let port, let usesTLS):
            return .url(RemoteModule(url: url, host: host, port: port, usesTLS: usesTLS, digest: module))
        case .needsCredentials: return .file(why: "the registry requires credentials or a token")
        case .redirected:
            return .file(why: "the registry redirects to another URL, which Envoy does not follow")
        case .rejected(let status):
            return .file(why: "the registry answers status \(status) to a client without credentials")
        }
    }
}
