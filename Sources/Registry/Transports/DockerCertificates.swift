package import Diagnostics
import HostSystem
package import OCI
package import SystemPackage

/// Docker's folder of certificates, one folder per registry (docs.docker.com, "Verify repository client with
/// certificates").
///
/// In `<folder>/<host[:port]>/`, named as references name the registry, `*.crt` are authorities of that registry, and
/// `*.cert` with a `*.key` of the same name is what it is shown if it asks for a certificate.
package struct DockerCertificates: Sendable {
    /// What stands there for one registry.
    package struct Entry: Sendable, Equatable {
        /// The authorities' files, in the order of their names.
        package var authorities: [FilePath] = []
        /// The certificate to show; of several the first by name.
        package var clientCertificate: FilePath?
        /// Its key.
        package var clientKey: FilePath?
    }

    private let folder: FilePath

    /// Names the folder; by default Docker's own.
    package init(in folder: FilePath = "/etc/docker/certs.d") { self.folder = folder }

    /// What stands there for a registry: nothing if it has no folder, or one that is not for us to read.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` for half of a pair.
    package func entry(for registry: RegistryName) throws(Failure) -> Entry {
        let place = folder.appending(registry.description)
        var entry = Entry()
        guard let names = try? Directory.names(in: place) else { return entry }
        for name in names {
            let path = place.appending(name)
            switch path.extension {
            case "crt":
                entry.authorities.append(path)
            case "cert":
                let key = path.withExtension("key")
                guard names.contains(key.lastComponent?.string ?? "") else {
                    throw Self.missing(key, for: path)
                }
                if entry.clientCertificate == nil { (entry.clientCertificate, entry.clientKey) = (path, key) }
            case "key":
                let certificate = path.withExtension("cert")
                guard names.contains(certificate.lastComponent?.string ?? "") else {
                    throw Failure(
                        .configurationInvalid,
                        "missing client certificate \(certificate.name) for key \(path.name)",
                        why: "it is not in \(place)"
                    )
                }
            default: break
            }
        }
        return entry
    }

    /// Docker's own words, so that a search for them helps.
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
