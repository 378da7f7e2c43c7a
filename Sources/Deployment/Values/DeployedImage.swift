import Diagnostics
package import OCI

/// The image of a plugin in a registry.
package struct DeployedImage: Sendable, Equatable {
    /// The reference as the user wrote it.
    package let reference: Reference
    /// The digest to pin; `nil` to deploy by tag.
    package let digest: Digest?

    package init(_ reference: Reference, pinnedTo digest: Digest?) {
        self.reference = reference
        self.digest = digest
    }

    /// `host:port/repository@digest`, with a port where the proxy needs one.
    package var name: String {
        let repository = "\(Self.host(of: reference.registry))/\(reference.repository)"
        if let digest { return "\(repository)@\(digest)" }
        return "\(repository):\(reference.tag?.description ?? "latest")"
    }

    /// The URL for a proxy's configuration, always with its scheme.
    package var url: String { "oci://\(name)" }

    /// The comment beside a pinned URL: the tag.
    package var comment: String? { digest == nil ? nil : reference.tag?.description }

    /// Returns a registry's host for a proxy.
    ///
    /// A host without a dot gets its port, because proxies would look for it on Docker Hub otherwise. The key in a pull
    /// Secret must be the same text.
    package static func host(of registry: RegistryName) -> String {
        let host = registry.description
        return Reference.looksLikeHost(host) ? host : "\(host):443"
    }

    /// What the user should know about the name: in a cluster, `localhost` is the proxy's own machine.
    package var notes: [String] {
        guard reference.registry.isLoopback else { return [] }
        return [
            "\(reference.registry) is only on this machine: a proxy or kubelet would look for it on its own "
                + "machine"
        ]
    }

    /// Throws ``Failure/Code/usage`` if proxies cannot read the digest: they know sha256 only.
    func checkAlgorithm(for kind: DocumentKind) throws(Failure) {
        guard let digest, digest.algorithm != .sha256 else { return }
        throw Failure(
            .usage,
            "\(kind.title) cannot be pinned to \(String(describing: digest).truncated(to: 40))",
            why: "proxies only read digests of sha256",
            try: ["use the sha256 digest that wasmpack push prints", "add --no-pin to deploy by tag"]
        )
    }
}

/// The two host names of a registry in Alibaba's Container Registry, Enterprise Edition.
struct AlibabaRegistry: Equatable {
    /// The public host: `NAME-registry.REGION.cr.aliyuncs.com`.
    let publicHost: String
    /// The host within the VPC: `NAME-registry-vpc.REGION.cr.aliyuncs.com`.
    let privateHost: String
    /// Whether the given host is the public one.
    let isPublic: Bool

    /// Reads a host; returns `nil` for hosts of other registries.
    init?(_ registry: RegistryName) {
        let parts = registry.host.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        guard registry.port == nil, parts.count == 2, parts[1].hasSuffix(".cr.aliyuncs.com") else {
            return nil
        }
        let (publicSuffix, vpcSuffix) = ("-registry", "-registry-vpc")
        guard let suffix = [vpcSuffix, publicSuffix].first(where: parts[0].hasSuffix) else { return nil }
        let name = parts[0].dropLast(suffix.count)
        guard !name.isEmpty else { return nil }
        publicHost = "\(name)\(publicSuffix).\(parts[1])"
        privateHost = "\(name)\(vpcSuffix).\(parts[1])"
        isPublic = suffix == publicSuffix
    }

    /// Lines of comment for a document that names the host.
    var comments: [String] {
        isPublic
            ? [
                "This is the public domain. Proxies without access to it use the VPC domain, in the url and in the Secret:",
                "  \(privateHost)",
            ]
            : [
                "This is the VPC domain. The Secret needs the same one. From outside of the VPC, push to the public domain:",
                "  \(publicHost)",
            ]
    }
}
