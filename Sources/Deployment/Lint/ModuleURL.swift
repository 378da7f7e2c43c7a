import Diagnostics
import OCI

/// The url of a module, as a consumer parses it.
struct ModuleURL {
    /// The consumer whose parser is followed.
    enum Parser: Sendable {
        /// Istio's webhook, istiod and agent, and Higress's: a URL of Go, then an image's name.
        case mesh
        /// Envoy Gateway's controller: an image's name after an optional `oci://`.
        case envoyGateway
    }

    /// Where the module is.
    enum Source {
        case image(Reference)
        case file
        case http
    }

    /// Something that is wrong with the url, or may surprise.
    struct Problem {
        let rule: LintRule
        let message: String
        var consumerMessage: String?
        var hints: [String] = []
    }

    /// `nil` for a url that is not usable.
    private(set) var source: Source?
    private(set) var problems: [Problem] = []

    /// The schemes that Istio's webhook accepts.
    private static let schemes = ["oci", "http", "https", "file"]

    init(_ text: String, as parser: Parser) {
        if let form = ["{{", "${", "$("].first(where: text.contains) {
            problems = [
                Problem(
                    rule: .placeholder,
                    message: "the url has \(form), which was not replaced",
                    hints: [
                        "render the manifest first: envsubst, helm template or kustomize build, then lint -"
                    ]
                )
            ]
            return
        }
        switch parser {
        case .mesh: readMesh(text)
        case .envoyGateway: readEnvoyGateway(text)
        }
    }

    private mutating func readMesh(_ text: String) {
        guard let scheme = Self.goScheme(of: text) else {
            guard !text.prefix(while: { $0 != "/" }).contains(":") else {
                problems.append(
                    Problem(
                        rule: .urlDropped,
                        message:
                            "an address with a port needs oci:// before it: the API server accepts this, and istiod drops it "
                            + "without a message in the object",
                        consumerMessage: "first path segment in URL cannot contain colon",
                        hints: [Self.advice(text)]
                    )
                )
                return
            }
            return readImage(text[...])
        }
        let rest = text.dropFirst(scheme.utf8.count + 1)
        guard Self.schemes.contains(scheme.lowercased()) else {
            let isPort = !rest.hasPrefix("//")
            problems.append(
                Problem(
                    rule: isPort ? .urlPort : .urlScheme,
                    message: isPort
                        ? "without oci://, \"\(scheme.truncated(to: 80))\" before the colon is taken for a scheme"
                        : "the scheme \(scheme.truncated(to: 80)):// is not supported; it is oci, http, https or file",
                    consumerMessage:
                        "url contains unsupported scheme: \(scheme.lowercased().truncated(to: 80))",
                    hints: [Self.advice(isPort ? text[...] : rest.dropFirst(2))]
                )
            )
            return
        }
        guard rest.hasPrefix("//") else {
            problems.append(
                Problem(
                    rule: .urlReference,
                    message: "the url has no // after its scheme",
                    hints: ["write oci://HOST/REPOSITORY:TAG"]
                )
            )
            return
        }
        switch scheme.lowercased() {
        case "oci": readImage(rest.dropFirst(2))
        case "file":
            guard rest.utf8.count > 2 else {
                return addEmpty(scheme, "write file:///PATH, of a module in the proxy's container")
            }
            source = .file
        default:
            guard !rest.dropFirst(2).prefix(while: { !"/?#".contains($0) }).isEmpty else {
                return addEmpty(
                    scheme,
                    "write \(scheme)://HOST/PATH of a module, or oci://HOST/REPOSITORY:TAG"
                )
            }
            source = .http
            if let image = Self.image(likeFile: rest.dropFirst(2)) {
                problems.append(
                    Problem(
                        rule: .urlImage,
                        message: "\(scheme):// fetches a file, but the url looks like that of an image",
                        hints: ["write oci://\(image)"]
                    )
                )
            }
        }
    }

    private mutating func addEmpty(_ scheme: String, _ hint: String) {
        problems.append(
            Problem(
                rule: .urlReference,
                message: "the url has nothing after \(scheme)://",
                hints: [hint]
            )
        )
    }

    /// Returns the image that a url for a file seems to mean: one that ends with a tag or digest.
    static func image(likeFile address: Substring) -> Reference? {
        guard let reference = try? Reference(parsing: String(address)), !reference.registryIsOmitted,
            reference.digest != nil || reference.tag?.description.hasSuffix(".wasm") == false
        else { return nil }
        return reference
    }

    private mutating func readEnvoyGateway(_ text: String) {
        if text.hasPrefix("oci://") { return readImage(text.dropFirst(6)) }
        guard let range = text.firstRange(of: "://") else { return readImage(text[...]) }
        let scheme = String(text[..<range.lowerBound])
        problems.append(
            Problem(
                rule: .urlScheme,
                message: (scheme.contains("@") ? "the scheme" : "the scheme \(scheme.truncated(to: 80))://")
                    + " is not supported; it is oci or none",
                hints: [Self.advice(text[range.upperBound...])]
            )
        )
    }

    /// Reads an image's name, without the scheme.
    private mutating func readImage(_ text: Substring) {
        var name = text
        if let end = name.firstIndex(where: { "?#".contains($0) }) {
            problems.append(
                Problem(rule: .urlIgnored, message: "the text after \(name[end]) in the url is ignored")
            )
            // A password with such a character is cut apart, so what is left may be a part of it.
            guard name[..<end].contains("/") || !name[end...].contains("@") else {
                return problems = [
                    Problem(
                        rule: .urlReference,
                        message: "the url has \(name[end]) before @, so it does not name an image",
                        hints: ["write oci://HOST/REPOSITORY:TAG, and name a pull Secret"]
                    )
                ]
            }
            name = name[..<end]
        }
        // Never quoted, because it may be a password.
        if let at = name.prefix(while: { $0 != "/" }).lastIndex(of: "@"), name[at...].contains("/") {
            problems.append(
                Problem(
                    rule: .urlIgnored,
                    message: "the user before @ in the url is ignored",
                    hints: ["remove it, change its password, and name a pull Secret"]
                )
            )
            name = name[name.index(after: at)...]
        }
        let reference: Reference
        do throws(Failure) {
            reference = try Reference(parsing: String(name))
        } catch {
            problems.append(
                Problem(
                    rule: .urlReference,
                    message: error.message + (error.why.map { ": \($0)" } ?? ""),
                    hints: error.hints
                )
            )
            return
        }
        if reference.registryIsAssumed {
            problems.append(
                Problem(
                    rule: .urlHost,
                    message:
                        "the host \(reference.registry) has no dot and no port, so proxies look for it on Docker Hub",
                    hints: [
                        "write oci://\(reference.registry):443/\(String(name.drop { $0 != "/" }.dropFirst()).truncated(to: 200))"
                    ]
                )
            )
            return
        }
        if reference.registryIsOmitted {
            problems.append(
                Problem(
                    rule: .urlDockerHub,
                    message: "the url names no registry, so it means Docker Hub",
                    hints: ["write \("oci://\(reference)".truncated(to: 200)), or the host of your registry"]
                )
            )
        }
        if reference.registry.isLoopback {
            problems.append(
                Problem(
                    rule: .urlLoopback,
                    message:
                        "\(reference.registry) is the machine of the proxy, where no registry is likely to run",
                    hints: ["push the image to a registry that the cluster reaches"]
                )
            )
        }
        if let digest = reference.digest, digest.algorithm != .sha256 {
            problems.append(
                Problem(
                    rule: .digestAlgorithm,
                    message: "the digest in the url is not of sha256, which proxies cannot read"
                )
            )
        }
        source = .image(reference)
    }

    /// Returns the scheme as Go's net/url finds it: a letter, then letters, digits, `+`, `-` and `.` up to a colon.
    private static func goScheme(of text: String) -> String? {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let scheme = text[..<colon]
        guard let first = scheme.utf8.first, isLetter(first),
            scheme.utf8.allSatisfy({ isLetter($0) || $0.isDigit || "+-.".utf8.contains($0) })
        else { return nil }
        return String(scheme)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
    }
}
