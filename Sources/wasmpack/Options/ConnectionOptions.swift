import ArgumentParser
import Diagnostics
import HTTPTransport
import OCI
import Registry
import SystemPackage

/// How a registry is reached.
struct ConnectionOptions: ParsableArguments {
    @Flag(help: "Speak HTTP without TLS: credentials and module travel unencrypted.")
    var plainHttp = false

    @Option(
        help: ArgumentHelp(
            "Trust the authorities in this PEM file too, besides the system's.",
            valueName: "file"
        ),
        completion: .file(extensions: ["pem", "crt"])
    )
    var caFile: String?

    /// Where a registry is dialled.
    func endpoint(of registry: RegistryName) -> RegistryEndpoint {
        RegistryEndpoint(registry, usesPlainHTTP: plainHttp)
    }

    /// What makes the requests.
    func transport() throws(Failure) -> CurlTransport {
        let tls = TLSOptions(authorityFile: caFile.map { FilePath($0) })
        do throws(TransferError) {
            return try CurlTransport(TransportOptions(userAgent: "wasmpack/\(Program.version)", tls: tls))
        } catch {
            if error.kind == .authorityFileUnusable {
                throw Failure(
                    .configurationInvalid,
                    "the file of --ca-file cannot be used",
                    why: error.detail
                )
            }
            throw Failure(.internalError, "libcurl cannot start", why: error.detail, cause: error)
        }
    }
}
