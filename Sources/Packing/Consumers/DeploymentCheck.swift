package import Diagnostics
package import OCI

/// The check of an image for the consumer that a document deploys it to.
package struct DeploymentCheck: Sendable {
    private let rows: [FindingList.Row]
    private let name: Reference

    /// Checks an image.
    ///
    /// - Parameters:
    ///   - image: the inspected image, with its module.
    ///   - name: its name in its registry.
    ///   - consumer: the name of the consumer, as in `--for`; every proxy, if `nil`.
    package init(of image: InspectedImage, named name: Reference, for consumer: String?) {
        let consumers = Consumers.proxies.filter { consumer == nil || $0.name == consumer }
        let check = PluginCheck(image.inspection, named: name, module: image.module, for: consumers)
        // Without a consumer, the kubelet pulls the image or a user does: only the module counts.
        rows = FindingList(check).rows.filter { row in
            consumer != nil || check.answers.allSatisfy { $0.moduleFindings.contains(row.finding) }
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
                    ? ["wasmpack check \(name), which lists \(rejections.count) findings"] : [])
        )
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
