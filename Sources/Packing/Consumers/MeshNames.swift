import Diagnostics
import OCI

/// The findings about an image's name and digest: pins, tags and hosts.
enum MeshNames {
    /// The meaning of a name without tag and digest.
    enum Tagless {
        /// Cached after the first download: it does not count as `latest`.
        case cached
        /// `latest`, which is downloaded each time.
        case latest
    }

    static func findings(
        on image: ImageInspection,
        named reference: Reference?,
        tagless: Tagless
    ) -> [Finding] {
        index(image.choice, reference) + (reference.map { names($0, image, tagless) } ?? [])
    }

    private static func index(_ choice: ImageChoice, _ reference: Reference?) -> [Finding] {
        guard choice.isFromIndex else { return [] }
        let child = choice.image.digest
        let usual = Platform.linuxAMD64
        if let platform = choice.image.platform, platform != usual {
            return [
                Finding(
                    "index-platform",
                    .error,
                    "it is an index without an image for \(usual); its only image is for \(platform)",
                    consumerMessage:
                        "no child with platform \(usual) in index \(reference?.description ?? "…")",
                    try: ["wasmpack copy FROM@\(child) TO:TAG"]
                )
            ]
        }
        let isPinned = reference?.digest == choice.root.digest
        return [
            Finding(
                "index-pin",
                isPinned ? .error : .warning,
                isPinned
                    ? "the pin is the digest of an index; proxies compare pins with the digest of the image in it"
                    : "it is an index; proxies cannot pin an index",
                consumerMessage:
                    "module downloaded from \(reference.map { "oci://\($0)" } ?? "…") has checksum "
                    + "\(child.encoded), which does not match: \(choice.root.digest.encoded)",
                try: ["pin the image in it: \(child)"]
            )
        ]
    }

    private static func names(
        _ reference: Reference,
        _ image: ImageInspection,
        _ tagless: Tagless
    ) -> [Finding] {
        var findings: [Finding] = []
        let host = reference.registry.description
        if reference.registryIsAssumed {
            findings.append(
                Finding(
                    "host-without-dot",
                    .warning,
                    "\"\(host)\" without a port is not parsed as a host: proxies would fetch \(reference) from Docker Hub",
                    try: ["url: oci://\(host):443/\(reference.repository)…"]
                )
            )
        } else if host.contains(":") {
            findings.append(
                Finding(
                    "scheme-needed",
                    .note,
                    "the host has a port, so write oci:// in the WasmPlugin's url",
                    // In Go, a URL scheme begins with a letter.
                    consumerMessage: host.first?.isLetter == true
                        ? "url contains unsupported scheme: \(host.prefix { $0 != ":" })"
                        : "first path segment in URL cannot contain colon",
                    try: ["url: oci://\(reference)"]
                )
            )
        }
        guard reference.digest == nil else { return findings }
        let pin = "pin it: \(reference.pinned(to: image.image.digest))"
        if reference.tag == nil, tagless == .cached {
            findings.append(
                Finding(
                    "untagged",
                    .warning,
                    "a name without a tag does not count as latest: proxies keep the first image that they fetch",
                    try: [pin]
                )
            )
        } else if reference.tag != nil, reference.tag != .latest {
            findings.append(
                Finding(
                    "unpinned",
                    .note,
                    "a proxy that has this tag cached will not notice when it moves: pin the digest",
                    try: [pin]
                )
            )
        }
        return findings
    }
}
