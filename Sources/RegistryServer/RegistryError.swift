import Diagnostics
import HTTPServer
import OCI

/// An error in the specification's form (distribution spec, "Error Codes").
struct RegistryError: Error {
    /// The specification's codes, and `UNKNOWN` for errors of the server.
    enum Code: String {
        case blobUnknown = "BLOB_UNKNOWN"
        case blobUploadInvalid = "BLOB_UPLOAD_INVALID"
        case blobUploadUnknown = "BLOB_UPLOAD_UNKNOWN"
        case digestInvalid = "DIGEST_INVALID"
        case manifestBlobUnknown = "MANIFEST_BLOB_UNKNOWN"
        case manifestInvalid = "MANIFEST_INVALID"
        case manifestUnknown = "MANIFEST_UNKNOWN"
        case nameInvalid = "NAME_INVALID"
        case nameUnknown = "NAME_UNKNOWN"
        case sizeInvalid = "SIZE_INVALID"
        case unauthorized = "UNAUTHORIZED"
        case denied = "DENIED"
        case unsupported = "UNSUPPORTED"
        case tooManyRequests = "TOOMANYREQUESTS"
        case unknown = "UNKNOWN"
    }

    let status: Int
    let code: Code
    let message: String
    var fields: [(name: String, value: String)] = []
    /// Whether the rest of the request is not read.
    var closesConnection = false

    init(_ status: Int, _ code: Code, _ message: String, _ fields: [(name: String, value: String)] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields
    }

    /// Describes what is wrong with a request.
    init(_ status: Int, _ code: Code, _ failure: Failure) {
        self.init(status, code, [failure.message, failure.why].compactMap(\.self).joined(separator: ": "))
    }

    /// A request without the credentials of an account; `wasGiven` if it has others.
    static func basicRequired(wasGiven: Bool) -> RegistryError {
        RegistryError(
            401,
            .unauthorized,
            wasGiven
                ? "the user name or the password is wrong" : "a user name and a password are required",
            [("WWW-Authenticate", "Basic realm=\"wasmpack serve\", charset=\"UTF-8\"")]
        )
    }

    /// A manifest over the size that every registry accepts (distribution spec, "Pushing Manifests").
    static var manifestTooLarge: RegistryError {
        RegistryError(413, .manifestInvalid, "a manifest has at most \(Manifest.sizeLimit) bytes")
    }

    /// Converts a failure of the server itself, or of the client's connection.
    init(_ failure: Failure) {
        switch failure.code {
        case .requestRejected: self.init(413, .sizeInvalid, failure.message)
        case .rateLimited: self.init(429, .tooManyRequests, failure.message)
        case .diskFull: self.init(507, .unknown, "the registry's disk is full")
        case .connectionLost, .protocolViolation:
            self.init(400, .blobUploadInvalid, failure.message)
            closesConnection = true
        default: self.init(500, .unknown, failure.message)
        }
    }

    /// The response.
    var response: ServerResponse {
        struct Document: Encodable {
            struct Item: Encodable {
                let code: String
                let message: String
            }

            let errors: [Item]
        }
        let document = Document(errors: [.init(code: code.rawValue, message: message.printable)])
        var response = ServerResponse(
            status,
            fields + [("Content-Type", "application/json")],
            body: .bytes((try? CanonicalJSON.encode(document)) ?? [])
        )
        response.closesConnection = closesConnection
        return response
    }
}
