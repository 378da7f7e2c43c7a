import ArgumentParser
import Diagnostics
import HTTPTransport
import Registry
import SystemPackage

/// Where credentials are kept.
struct CredentialFileOption: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The file (default: $DOCKER_CONFIG/config.json, or ~/.docker/config.json).",
            valueName: "file"
        ),
        completion: .file()
    )
    var authfile: String?

    func validate() throws {
        if authfile == "" { throw ValidationError("--authfile is empty.") }
    }

    /// The file named, else docker's configuration.
    ///
    /// Throws ``Failure/Code/configurationInvalid`` when nobody says where that is.
    func file(_ environment: Environment) throws(Failure) -> CredentialFileStore {
        if let authfile { return CredentialFileStore(at: FilePath(authfile), shownAs: authfile) }
        guard environment["DOCKER_CONFIG"] != nil || environment["HOME"] != nil else {
            throw Failure(
                .configurationInvalid,
                "there is no place for credentials: neither $DOCKER_CONFIG nor $HOME is set",
                try: ["--authfile FILE"]
            )
        }
        let place = CredentialFiles.docker(environment)
        return CredentialFileStore(at: place.path, shownAs: place.name)
    }

    /// Podman's files, which are read too when none is named, and never written then.
    func otherFiles(_ environment: Environment) -> [DockerConfig] {
        authfile == nil ? CredentialFiles(environment, usesTLS: true).podman : []
    }

    /// The fields that the file, if it is docker's, wants to be sent to registries.
    func headers(_ environment: Environment) -> HeaderFields {
        let files = CredentialFiles(environment, usesTLS: true)
        return (authfile.map(files.chosen) ?? files.docker).headers()
    }

    /// The variables that name credentials too, and win over a file of docker's.
    ///
    /// They do not matter to a file that is named each time.
    func strongerVariables(_ environment: Environment) -> [String] {
        guard authfile == nil else { return [] }
        return ["WASMPACK_USERNAME", "DOCKER_AUTH_CONFIG", "REGISTRY_AUTH_FILE"]
            .filter { environment[$0] != nil }
    }
}
