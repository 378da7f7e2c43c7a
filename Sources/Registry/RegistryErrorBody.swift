import Diagnostics
import OCI

/// What a registry says about a refusal (distribution spec, "Error Codes").
struct RegistryErrorBody: Sendable {
    /// The first error's code, for example `MANIFEST_UNKNOWN`.
    let code: String?
    /// What the registry says in words, one line.
    let text: String?
    /// Whether it is a TLS server's complaint that it is spoken to in plain HTTP (Go's, nginx's).
    let wantsTLS: Bool

    /// Reads `{"errors":[{code,message}]}`, and the forms of those who do it their own way.
    init(_ bytes: [UInt8]) {
        struct Body: Decodable {
            struct Entry: Decodable {
                let code: String?
                let message: String?
            }
            let errors: [Entry]?
            let message: String?
            let details: String?
        }
        let start = String(decoding: bytes.prefix(1024), as: UTF8.self)
        wantsTLS = ["HTTP request to an HTTPS server", "HTTP request was sent to HTTPS port"].contains {
            start.contains($0)
        }
        let body = try? CanonicalJSON.decode(Body.self, from: bytes, as: "", failing: .protocolViolation)
        let first = body?.errors?.first
        code = first?.code.flatMap { $0.isEmpty ? nil : $0.truncated(to: 64) }
        let message = first?.message ?? body?.message ?? body?.details
        text = message.flatMap { $0.isEmpty ? nil : $0.truncated(to: 300) }
    }

    /// The status and the registry's own words, for a message: `401 UNAUTHORIZED "authentication required"`.
    func summary(status: Int) -> String {
        ([String(status)] + [code].compactMap(\.self) + [text.map { "\"\($0)\"" }].compactMap(\.self))
            .joined(separator: " ")
    }
}
