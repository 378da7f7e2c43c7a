package import Diagnostics
import HostSystem
package import OCI
package import SystemPackage

/// Docker's folder of certificates, with one folder per registry (docs.docker.com, "Verify repository client
/// with certificates").
///
/// In `<folder>/<host[:port]>/`, where `host[:port]` is the registry's name in references, `*.crt` are
/// authorities for that registry, and `*.cert` with a `*.key` of the same name is the client certificate for
/// it.
package struct DockerCertificates: Sendable {
    /// The certificates for one registry.
    package struct Entry: Sendable, Equatable {
        /// The authorities' files, sorted by name.
        package var authorities: [FilePath] = []
        /// The client certificate; the first by name if there are several.
        package var clientCertificate: FilePath?
        /// The key of the client certificate.
        package var clientKey: FilePath?
    }

    private let folder: FilePath

    /// Creates a reader of a folder; by default, Docker's folder.
    package init(in folder: FilePath = "/etc/docker/certs.d") { self.folder = folder }

    /// Returns the certificates for a registry; an empty entry if its folder is missing or unreadable.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for a certificate without a key, and for a key without a
    /// certificate.
    package func entry(for registry: RegistryName) throws(Failure) -> Entry {
        let certificates = folder.appending(registry.description)
        var entry = Entry()
        guard let names = (try? Directory.entries(in: certificates))?.sorted(by: { $0.string < $1.string })
        else {
            return entry
        }
        for name in names {
            let path = certificates.appending(name)
            switch path.extension {
            case "crt":
                entry.authorities.append(path)
            case "cert":
                let key = path.withExtension("key")
                guard key.lastComponent.map(names.contains) == true else {
                    throw Self.missing(key, for: path)
                }
                if entry.clientCertificate == nil { (entry.clientCertificate, entry.clientKey) = (path, key) }
            case "key":
                let certificate = path.withExtension("cert")
                guard certificate.lastComponent.map(names.contains) == true else {
                    throw Failure(
                        .configurationInvalid,
                        "missing client certificate \(certificate.name) for key \(path.name)",
                        why: "it is not in \(certificates)"
                    )
                }
            default: break
            }
        }
        return entry
    }

    /// Returns a failure with Docker's wording, which users can search for.
    private static func missing(_ key: FilePath, for certificate: FilePath) -> Failure {
        Failure(
            .configurationInvalid,
            "missing key \(key.name) for client certificate \(certificate.name). "
                + "CA certificates must use the extension .crt",
            why: "it is not in \(certificate.removingLastComponent())"
        )
    }
}

extension FilePath {
    fileprivate var name: String { lastComponent?.string ?? string }

    fileprivate func withExtension(_ new: String) -> FilePath {
        var copy = self
        copy.extension = new
        return copy
    }
}
