import Diagnostics
import OCI

/// The error message of a registry (distribution spec, "Error Codes").
struct RegistryErrorBody: Sendable {
    /// The first error's code, for example `MANIFEST_UNKNOWN`.
    let code: String?
    /// The registry's message, one line.
    let text: String?
    /// Whether it is the message of a TLS server that received plain HTTP (Go's, nginx's).
    let wantsTLS: Bool

    /// Whether it is an OAuth error for a rejected credential (RFC 6749 §5.2).
    var rejectsGrant: Bool { ["invalid_grant", "invalid_client", "unauthorized_client"].contains(code) }

    /// Reads `{"errors":[{code,message}]}` and other known forms: OAuth's, the XML of S3, Azure and Google's storage, and the
    /// title of a web page.
    ///
    /// Omits texts that contain a secret.
    init(_ bytes: [UInt8], withholding secrets: [String] = []) {
        struct Body: Decodable {
            struct Entry: Decodable {
                let code: String?
                let message: String?
            }
            let errors: [Entry]?
            let message: String?
            let details: String?
            let error: String?
            let error_description: String?

            enum CodingKeys: CodingKey { case errors, message, details, error, error_description }

            init(from decoder: any Decoder) throws {
                let container = try decoder.container(keyedBy: CodingKeys.self)
                // Each member separately: a wrong type in one must not discard the others.
                errors = try? container.decode([Entry].self, forKey: .errors)
                message = try? container.decode(String.self, forKey: .message)
                details = try? container.decode(String.self, forKey: .details)
                error = try? container.decode(String.self, forKey: .error)
                error_description = try? container.decode(String.self, forKey: .error_description)
            }
        }
        func shown(_ text: String?, _ limit: Int) -> String? {
            guard let text, !text.isEmpty else { return nil }
            guard !secrets.contains(where: { !$0.isEmpty && text.contains($0) }) else {
                return "(message withheld: it contains a secret)"
            }
            return text.truncated(to: limit)
        }
        let start = String(decoding: bytes.prefix(1024), as: UTF8.self)
        wantsTLS = ["HTTP request to an HTTPS server", "HTTP request was sent to HTTPS port"].contains {
            start.contains($0)
        }
        let body = try? CanonicalJSON.decode(Body.self, from: bytes, as: "", failing: .protocolViolation)
        let first = body?.errors?.first
        let markup = body == nil ? Markup(bytes) : nil
        code = shown(first?.code ?? body?.error ?? markup?.text(of: "Code"), 64)
        text = shown(
            first?.message ?? body?.message ?? body?.error_description ?? body?.details
                ?? markup?.text(of: "Message") ?? markup?.text(of: "title"),
            300
        )
    }

    /// Returns the status, the code and the registry's message: `401 UNAUTHORIZED "authentication required"`.
    func summary(status: Int) -> String {
        ([String(status)] + [code].compactMap(\.self) + [text.map { "\"\($0)\"" }].compactMap(\.self))
            .joined(separator: " ")
    }
}

/// The first 16 KiB of an XML or HTML document.
private struct Markup {
    private let text: String

    /// Returns `nil` for other text.
    init?(_ bytes: [UInt8]) {
        let start = String(decoding: bytes.prefix(16 * 1024), as: UTF8.self)
        guard start.drop(while: { $0.isWhitespace || $0 == "\u{FEFF}" }).first == "<" else { return nil }
        text = start
    }

    /// Returns the text of the first element of a name, without any elements within; `nil` without one.
    func text(of name: String) -> String? {
        for tag in ["<\(name)>", "<\(name.uppercased())>"] {
            guard let start = text.firstRange(of: tag) else { continue }
            let rest = text[start.upperBound...].prefix { $0 != "<" }
            let words = rest.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            return words.isEmpty ? nil : words
        }
        return nil
    }
}
