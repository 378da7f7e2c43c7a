import Registry
import SystemPackage

#if canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#else
    import Darwin
#endif

/// The credential files of docker and podman, located by the environment.
struct CredentialFiles {
    private let environment: Environment
    private let usesTLS: Bool
    private let helpers: CredentialHelpers

    init(_ environment: Environment, usesTLS: Bool) {
        self.environment = environment
        self.usesTLS = usesTLS
        helpers = CredentialHelpers()
    }

    /// All files, in the order in which they are read.
    var all: [DockerConfig] { variables + [docker] + podman }

    /// Returns the source at a path that the user named, a file or a folder.
    func explicit(_ path: String) -> DockerConfig {
        DockerConfig(explicit: FilePath(path), usesTLS: usesTLS, helpers: helpers)
    }

    /// Docker's file: `$DOCKER_CONFIG/config.json`, else `~/.docker/config.json`.
    var docker: DockerConfig {
        let source = Self.docker(environment)
        return file(source.path, source.name)
    }

    /// Returns the path of docker's file and its name in messages.
    static func docker(_ environment: Environment) -> (path: FilePath, name: String) {
        if let folder = environment.path("DOCKER_CONFIG") {
            return (folder.appending("config.json"), "$DOCKER_CONFIG/config.json")
        }
        let home = environment.path("HOME") ?? "/"
        return (home.appending(".docker/config.json"), "~/.docker/config.json")
    }

    private var variables: [DockerConfig] {
        var found: [DockerConfig] = []
        if let bytes = environment.bytes("DOCKER_AUTH_CONFIG") {
            found.append(
                DockerConfig(bytes: bytes, shownAs: "$DOCKER_AUTH_CONFIG", usesTLS: usesTLS, helpers: helpers)
            )
        }
        if let path = environment.path("REGISTRY_AUTH_FILE") {
            found.append(file(path, "$REGISTRY_AUTH_FILE"))
        }
        return found
    }

    /// Podman's files: one for the login session, and a permanent one (containers-auth.json(5)).
    var podman: [DockerConfig] {
        let name = "containers/auth.json"
        let session =
            if let folder = environment.path("XDG_RUNTIME_DIR") {
                file(folder.appending(name), "$XDG_RUNTIME_DIR/\(name)")
            } else {
                file(
                    FilePath("/run/containers/\(getuid())/auth.json"),
                    "/run/containers/\(getuid())/auth.json"
                )
            }
        let permanent =
            if let folder = environment.path("XDG_CONFIG_HOME") {
                file(folder.appending(name), "$XDG_CONFIG_HOME/\(name)")
            } else {
                file(home.appending(".config/\(name)"), "~/.config/\(name)")
            }
        return [session, permanent]
    }

    private var home: FilePath { environment.path("HOME") ?? "/" }

    private func file(_ path: FilePath, _ shownPath: String) -> DockerConfig {
        DockerConfig(at: path, shownAs: shownPath, usesTLS: usesTLS, helpers: helpers)
    }
}
