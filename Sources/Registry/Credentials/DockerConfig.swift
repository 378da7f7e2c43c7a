public import Diagnostics
import HostSystem
public import OCI
public import SystemPackage

#if canImport(FoundationEssentials)
    import FoundationEssentials
#else
    import Foundation
#endif

/// The `auths` of a docker `config.json`.
public struct DockerConfig: CredentialStore {
    /// The largest file that is read, in bytes.
    private static let sizeLimit = 4 * 1024 * 1024

    private let path: FilePath
    private let shownPath: String

    /// Reads the file at a path, each time it is asked.
    ///
    /// - Parameters:
    ///   - path: the file; one that does not exist has no credentials.
    ///   - shownPath: what the file is called in messages.
    public init(at path: FilePath, shownAs shownPath: String) {
        self.path = path
        self.shownPath = shownPath
    }

    /// The credential of the file's entry for a registry.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` when the file is there and cannot be read.
    public func lookUp(
        _ registry: RegistryName,
        _ repository: RepositoryName,
        for access: Access
    ) async throws(Failure) -> CredentialLookup {
        guard let file = try read() else {
            return CredentialLookup(nil, places: ["\(shownPath) (not there)"])
        }
        let entries = file.auths ?? [:]
        let keys = entries.keys.filter { Self.key($0, names: registry) }
            .sorted { Self.order($0, registry) < Self.order($1, registry) }
        // An empty entry is what a helper leaves behind; another spelling of the registry may have one that is not.
        for key in keys {
            if let credential = try entries[key]??.credential(from: shownPath, key: key) {
                return CredentialLookup(credential, places: [shownPath])
            }
        }
        let remark =
            if let helper = file.helper(for: registry) {
                "helper docker-credential-\(helper) is not asked by this version"
            } else if !keys.isEmpty {
                "no user and password for \(registry)"
            } else {
                entries.count == 1 ? "1 other registry" : "\(entries.count) other registries"
            }
        return CredentialLookup(nil, places: ["\(shownPath) (\(remark))"])
    }

    /// The registry's own name first, then the alphabet: a dictionary has no order of its own.
    private static func order(_ key: String, _ registry: RegistryName) -> (Int, String) {
        (key == registry.description ? 0 : 1, key)
    }

    private func read() throws(Failure) -> File? {
        let bytes: [UInt8]
        do throws(Failure) {
            bytes = try ReadableFile.contents(of: path, limit: Self.sizeLimit)
        } catch  where error.code == .fileMissing {
            return nil
        } catch {
            throw Failure(.configurationInvalid, "cannot use \(shownPath)", why: error.message, cause: error)
        }
        // An empty file is an empty configuration, as for docker.
        if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }) { return File() }
        return try CanonicalJSON.decode(File.self, from: bytes, as: shownPath, failing: .configurationInvalid)
    }

    /// Whether a key of `auths` means a registry: `host`, `host:port`, or a URL of it; one of Docker Hub's names.
    private static func key(_ key: String, names registry: RegistryName) -> Bool {
        var rest = key[...]
        for scheme in ["https://", "http://"] where rest.lowercased().hasPrefix(scheme) {
            rest = rest.dropFirst(scheme.count)
        }
        let host = rest.prefix { $0 != "/" }
        return (try? RegistryName(parsing: host)) == registry
    }
}

extension DockerConfig {
    fileprivate struct File: Decodable {
        var auths: [String: Entry?]?
        var credsStore: String?
        var credHelpers: [String: String]?

        func helper(for registry: RegistryName) -> String? {
            credHelpers?.first { DockerConfig.key($0.key, names: registry) }?.value ?? credsStore
        }
    }

    fileprivate struct Entry: Decodable {
        var auth: String?
        var username: String?
        var password: String?

        /// `auth` is base64 of `user:password`, cut at the first colon, and stronger than the two fields.
        func credential(from path: String, key: String) throws(Failure) -> Credential? {
            if let auth, !auth.isEmpty {
                guard let data = Data(base64Encoded: auth.paddedBase64),
                    let text = String(validating: data, as: UTF8.self),
                    let colon = text.firstIndex(of: ":"), colon != text.startIndex
                else {
                    // Never shown: it may be a secret all the same.
                    throw Failure(
                        .configurationInvalid,
                        "the entry \"\(key)\" of \(path) has no valid \"auth\"",
                        why: "it has to be base64 of user:password",
                        try: ["correct the entry, or give --username and --password-stdin"]
                    )
                }
                let password = text[text.index(after: colon)...].trimmingTrailingNULs
                return Credential(username: String(text[..<colon]), password: password, source: path)
            }
            guard let username, let password, !username.isEmpty else { return nil }
            return Credential(username: username, password: password, source: path)
        }
    }
}

extension String {
    fileprivate var paddedBase64: String { self + String(repeating: "=", count: (4 - utf8.count % 4) % 4) }
}

extension Substring {
    fileprivate var trimmingTrailingNULs: String {
        var copy = self
        while copy.last == "\0" { copy.removeLast() }
        return String(copy)
    }
}
