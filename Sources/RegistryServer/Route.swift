import Diagnostics
import HTTPServer
import OCI

/// The endpoint of a request (distribution spec, "Endpoints").
enum Route: Equatable {
    case base
    case catalog
    case token
    case manifest(RepositoryName, String)
    case blob(RepositoryName, String)
    case startUpload(RepositoryName)
    case upload(RepositoryName, String)
    case tags(RepositoryName)
    case referrers(RepositoryName, String)

    /// Finds the endpoint of a path.
    ///
    /// Throws `NAME_INVALID` for a repository name that violates the grammar, and status 404 for any other unknown path.
    init(_ path: String) throws(RegistryError) {
        if path == "/token" {
            self = .token
            return
        }
        guard path.hasPrefix("/v2") else { throw Self.unknown }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
            $0.percentDecoded
        }
        guard parts.first == "v2" else { throw Self.unknown }
        let rest = Array(parts.dropFirst())
        if rest.isEmpty || rest == [""] {
            self = .base
        } else if rest == ["_catalog"] {
            self = .catalog
        } else if rest.count > 2, rest.suffix(2) == ["tags", "list"] {
            self = .tags(try Self.name(rest.dropLast(2)))
        } else if rest.count > 2, rest.suffix(2) == ["blobs", "uploads"] {
            self = .startUpload(try Self.name(rest.dropLast(2)))
        } else if rest.count > 3, rest[rest.count - 3] == "blobs", rest[rest.count - 2] == "uploads" {
            let name = try Self.name(rest.dropLast(3))
            self = rest.last == "" ? .startUpload(name) : .upload(name, rest.last ?? "")
        } else if rest.count > 2, let last = rest.last, let kind = Kind(rawValue: rest[rest.count - 2]) {
            let name = try Self.name(rest.dropLast(2))
            self =
                switch kind {
                case .manifests: .manifest(name, last)
                case .blobs: .blob(name, last)
                case .referrers: .referrers(name, last)
                }
        } else {
            throw Self.unknown
        }
    }

    private enum Kind: String {
        case manifests
        case blobs
        case referrers
    }

    private static let unknown = RegistryError(404, .unsupported, "the registry has no such endpoint")

    private static func name(_ parts: some Sequence<String>) throws(RegistryError) -> RepositoryName {
        do throws(Failure) {
            return try RepositoryName(parsing: parts.joined(separator: "/"))
        } catch {
            throw RegistryError(400, .nameInvalid, error.message)
        }
    }

    /// The methods of the endpoint.
    var methods: [String] {
        switch self {
        case .base, .catalog, .tags, .referrers: ["GET", "HEAD"]
        case .token: ["GET", "POST"]
        case .manifest: ["GET", "HEAD", "PUT", "DELETE"]
        case .blob: ["GET", "HEAD", "DELETE"]
        case .startUpload: ["POST"]
        case .upload: ["GET", "HEAD", "PATCH", "PUT", "DELETE"]
        }
    }

    /// The repository, if the endpoint has one.
    var repository: RepositoryName? {
        switch self {
        case .base, .catalog, .token: nil
        case .manifest(let name, _), .blob(let name, _), .startUpload(let name), .upload(let name, _),
            .tags(let name), .referrers(let name, _):
            name
        }
    }
}

/// The parameters of a query.
struct Query {
    private let values: [String: String]

    /// Reads a query; of a repeated parameter, the first value counts.
    init(_ text: String) {
        var values: [String: String] = [:]
        for pair in text.split(separator: "&") {
            let name = pair.prefix { $0 != "=" }
            let value = pair.dropFirst(name.count + 1)
            if values[name.formDecoded] == nil { values[name.formDecoded] = value.formDecoded }
        }
        self.values = values
    }

    subscript(name: String) -> String? { values[name] }

    /// Returns all values of a parameter.
    static func all(_ name: String, in text: String) -> [String] {
        text.split(separator: "&").filter { $0.prefix { $0 != "=" }.formDecoded == name }
            .map { $0.drop { $0 != "=" }.dropFirst().formDecoded }
    }
}

extension Substring {
    /// The text with `+` as a space and `%XX` decoded, as forms encode it.
    fileprivate var formDecoded: String { Substring(replacing("+", with: " ")).percentDecoded }

    /// The text with each `%XX` decoded; an invalid escape stays as it is, and no name contains `%`.
    fileprivate var percentDecoded: String {
        guard utf8.contains(UInt8(ascii: "%")) else { return String(self) }
        var bytes: [UInt8] = []
        var rest = utf8[...]
        while let byte = rest.popFirst() {
            let digits = String(decoding: rest.prefix(2), as: UTF8.self)
            if byte == UInt8(ascii: "%"), digits.utf8.count == 2, digits.allSatisfy(\.isHexDigit),
                let value = UInt8(digits, radix: 16)
            {
                bytes.append(value)
                rest = rest.dropFirst(2)
            } else {
                bytes.append(byte)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
