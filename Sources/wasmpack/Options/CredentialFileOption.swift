import ArgumentParser
import Diagnostics
import HTTPTransport
import Registry
import SystemPackage

/// The file in which credentials are stored.
struct CredentialFileOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Credential file to write (default: Docker's config.json)",
            valueName: "file"
        ),
        completion: .file()
    )
    var authfile: String?

    func validate() throws {
        if authfile == "" { throw ValidationError("--authfile is empty.") }
    }

    /// Returns the store of the file named, or of Docker's config.json.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` if neither `$DOCKER_CONFIG` nor `$HOME` is set.
    func file(_ environment: Environment) throws(Failure) -> CredentialFileStore {
        if let authfile { return CredentialFileStore(at: FilePath(authfile), shownAs: authfile) }
        guard environment.isSet("DOCKER_CONFIG") || environment.isSet("HOME") else {
            throw Failure(
                .configurationInvalid,
                "cannot locate the credential file: neither $DOCKER_CONFIG nor $HOME is set",
                try: ["use --authfile FILE"]
            )
        }
        let location = CredentialFiles.docker(environment)
        return CredentialFileStore(at: location.path, shownAs: location.name)
    }

    /// Returns Podman's files, which are read but never written if no file is named.
    func otherFiles(_ environment: Environment) -> [DockerConfig] {
        authfile == nil ? CredentialFiles(environment, usesTLS: true).podman : []
    }

    /// Returns the HTTP headers that the file adds to requests to registries.
    func headers(_ environment: Environment) -> HeaderFields {
        let files = CredentialFiles(environment, usesTLS: true)
        return (authfile.map(files.explicit) ?? files.docker).headers()
    }

    /// Returns the variables that are set and take precedence over Docker's config.json.
    ///
    /// With `--authfile` there are none, because later commands will name that file too.
    func strongerVariables(_ environment: Environment) -> [String] {
        guard authfile == nil else { return [] }
        return ["WASMPACK_USERNAME", "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE"]
            .filter(environment.isSet)
    }
}
