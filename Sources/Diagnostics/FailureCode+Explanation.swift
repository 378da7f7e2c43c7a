extension Failure.Code {
    /// What an error code means in general, for help and documentation; the error itself says it about the case.
    package struct Explanation: Sendable {
        /// What failed.
        package let message: String
        /// The usual cause.
        package let why: String
        /// What to do.
        package let remedy: String

        init(_ message: String, why: String, try remedy: String) {
            self.message = message
            self.why = why
            self.remedy = remedy
        }
    }

    /// The general explanation of this code.
    package var explanation: Explanation {
        switch exitStatus {
        case .usage: usageExplanation
        case .badData: dataExplanation
        case .notFound, .inputOutput, .negativeResult: fileExplanation
        case .configuration, .noPermission: accessExplanation
        default: networkExplanation
        }
    }

    private var usageExplanation: Explanation {
        switch self {
        case .argumentsSwapped:
            Explanation(
                "the arguments are swapped",
                why: "a local path stands where the reference is expected",
                try: "write the reference first and the path second; copy takes FROM, then TO"
            )
        case .referenceInvalid:
            Explanation(
                "the text is not a valid reference",
                why:
                    "a reference is [host[:port]/]repository[:tag][@digest], with a lower-case repository; oci:// and docker:// are allowed, http:// and https:// are not",
                try: "wasmpack help references"
            )
        case .repositoryUppercase:
            Explanation(
                "repository name must be lowercase",
                why: "registries reject capitals in a repository's name",
                try: "write the name in lower case, as the error shows"
            )
        case .tagInvalid:
            Explanation(
                "the tag is not allowed",
                why:
                    "a tag has at most 128 letters, digits, \"_\", \".\" and \"-\", and does not begin with \".\" or \"-\"",
                try: "use the tag that the error suggests"
            )
        case .digestInvalid:
            Explanation(
                "the text is not a valid digest",
                why: "a digest is sha256: and 64 lower-case hexadecimal digits, or sha512: and 128",
                try: "copy the whole digest, for example from wasmpack inspect"
            )
        case .nameAmbiguous:
            Explanation(
                "the name matches several images",
                why: "the layout or archive has several images, and the name does not select one",
                try: "name one of the images that the error lists"
            )
        default:
            Explanation(
                "the command line is invalid",
                why: "an argument or option is missing, unknown, or cannot be used with another one",
                try: "wasmpack help COMMAND"
            )
        }
    }

    private var dataExplanation: Explanation {
        switch self {
        case .notWasm:
            Explanation(
                "the file is not a WebAssembly module",
                why: "a module begins with the bytes 00 61 73 6d; the error shows what the file begins with",
                try: "compile to wasm32-wasip1, or run git lfs pull if the file is a Git LFS pointer"
            )
        case .wasmComponent:
            Explanation(
                "the file is a component, not a core module",
                why: "Envoy runs core modules only",
                try: "build for wasm32-wasip1 (Rust) or with -buildmode=c-shared for wasip1 (Go and TinyGo)"
            )
        case .wasmMalformed:
            Explanation(
                "the module is damaged",
                why: "a section is truncated or does not follow the WebAssembly specification",
                try: "build or download the module again"
            )
        case .moduleTooLarge:
            Explanation(
                "the module is too large",
                why: "proxies read at most 256 MiB of an unpacked layer",
                try: "make the module smaller (wasm-opt -Oz --strip-debug)"
            )
        case .layoutCorrupt:
            Explanation(
                "the layout is damaged",
                why: "a blob is missing or does not match its digest, or index.json or oci-layout is invalid",
                try: "build or copy the layout again"
            )
        case .archiveInvalid:
            Explanation(
                "the archive cannot be read as images",
                why: "it is damaged, or it is neither an OCI archive nor an archive of docker save",
                try: "write the archive again"
            )
        case .digestMismatch:
            Explanation(
                "the content does not match its digest",
                why:
                    "it was changed on the way or in storage, or the tag points to another image than expected",
                try: "repeat the command; if the error repeats, find out what changed the content"
            )
        case .manifestInvalid:
            Explanation(
                "the manifest or config is invalid",
                why: "it is not the JSON that the image specification requires, or it exceeds a limit",
                try: "build the image again"
            )
        case .manifestUnsupported:
            Explanation(
                "the image has a shape that the command does not support",
                why: "no plugin module was found where consumers look for it",
                try: "wasmpack inspect TARGET; wasmpack copy --format image repairs many images"
            )
        case .layerInvalid:
            Explanation(
                "the layer cannot be unpacked",
                why: "its compression or its tar is damaged, or its entries are not allowed",
                try: "build the image again"
            )
        case .dockerfileInvalid:
            Explanation(
                "the Dockerfile has an error",
                why: "docker would reject the instruction too; the error names the line",
                try: "correct the line"
            )
        case .dockerfileUnsupported:
            Explanation(
                "the Dockerfile needs docker",
                why: "wasmpack reads one stage FROM scratch that only copies local files",
                try: "wasmpack build plugin.wasm, or build the image with docker"
            )
        case .deletionUnsupported:
            Explanation(
                "the registry does not delete tags or images",
                why: "deleting is optional for registries, and some allow it only in their web page",
                try: "delete it in the registry's own interface"
            )
        default:
            Explanation(
                "the registry rejects the request",
                why: "the registry's own message is quoted",
                try: "change what the registry names, or contact the registry's administrator"
            )
        }
    }

    private var fileExplanation: Explanation {
        switch self {
        case .fileMissing:
            Explanation(
                "no such file",
                why: "the path does not exist; the error lists what is near",
                try: "check the spelling and the working directory"
            )
        case .pluginMissing:
            Explanation(
                "no module was found",
                why: "the folder has no plugin.wasm, or several modules",
                try: "name the module: wasmpack build path/to/module.wasm"
            )
        case .layoutMissing:
            Explanation(
                "no image layout found",
                why: "the folder does not exist, or has neither oci-layout nor index.json",
                try: "wasmpack build plugin.wasm"
            )
        case .notFound:
            Explanation(
                "the image, tag or repository does not exist",
                why: "it was never pushed or was deleted, or you may have no access",
                try: "wasmpack tags REPOSITORY, or wasmpack ls DIR"
            )
        case .diskFull:
            Explanation(
                "the disk is full",
                why: "the file system or a quota has no space left",
                try: "free space, or choose another folder with -o, --layout or $TMPDIR"
            )
        case .fileUnreadable:
            Explanation(
                "a file cannot be read",
                why: "its permissions or its kind do not allow that, or the disk reports an error",
                try: "check the permissions of the file and its folders"
            )
        case .fileUnwritable:
            Explanation(
                "a file cannot be written",
                why: "the folder does not exist or is read-only, or the path is a folder with other content",
                try: "choose another path"
            )
        case .fileExists:
            Explanation(
                "the file exists and has other content",
                why: "pull and copy do not overwrite other content",
                try: "use another name, or --force with pull"
            )
        case .tagExists:
            Explanation(
                "a tag points to another image",
                why: "--no-clobber forbids moving it",
                try: "use a new tag, or omit --no-clobber"
            )
        case .notConfirmed:
            Explanation(
                "nothing was deleted",
                why: "the answer was not \"yes\"",
                try: "run the command again, or add --yes"
            )
        default:
            Explanation(
                "no proxy would accept the plugin",
                why: "the check before build and push found an error; the proxy's message is quoted",
                try: "wasmpack check TARGET shows everything; --no-check skips the check"
            )
        }
    }

    private var accessExplanation: Explanation {
        switch self {
        case .authenticationRequired:
            Explanation(
                "the registry requires a login",
                why: "no source of credentials has an entry for the registry",
                try: "wasmpack login REGISTRY; wasmpack help credentials lists the sources"
            )
        case .authenticationRejected:
            Explanation(
                "the registry rejects the credentials",
                why:
                    "the user name or password is wrong or has expired, or the registry accepts only access tokens",
                try: "wasmpack login REGISTRY"
            )
        case .authenticationDenied:
            Explanation(
                "the registry denies access",
                why: "the credentials are valid, but do not allow this",
                try: "ask for the permission; some registries need the repository to be created first"
            )
        case .helperMissing:
            Explanation(
                "a credential helper is not installed",
                why: "config.json names a program docker-credential-… that is not in $PATH",
                try: "install it, or remove its entry and run wasmpack login REGISTRY"
            )
        case .helperFailed:
            Explanation(
                "a credential helper failed",
                why: "the helper's own message is quoted",
                try: "run the helper as the error shows"
            )
        case .envoyMissing:
            Explanation(
                "there is no Envoy to run",
                why: "--envoy runs the envoy in $PATH, and there is none",
                try: "wasmpack check --envoy=PATH TARGET"
            )
        default:
            Explanation(
                "a configuration cannot be used",
                why:
                    "a credential file is unreadable, a variable is half-set, or a certificate file is invalid",
                try: "correct what the error names"
            )
        }
    }

    private var networkExplanation: Explanation {
        switch self {
        case .addressUnknown:
            Explanation(
                "the host cannot be resolved",
                why: "the name is misspelled, or this machine's DNS does not know it",
                try: "check the spelling, and this machine's DNS"
            )
        case .connectionRefused:
            Explanation(
                "nothing listens at the address",
                why: "the registry is not running, or listens on another port",
                try: "check the host and the port"
            )
        case .connectionLost:
            Explanation(
                "the connection was lost",
                why: "the network or the server ended it, also after all retries",
                try: "run the command again: blobs that already exist are not sent again"
            )
        case .proxyFailed:
            Explanation(
                "the HTTP proxy failed",
                why: "HTTPS_PROXY or HTTP_PROXY names a proxy that cannot be reached or rejects the request",
                try: "correct the variable, or add the registry to NO_PROXY"
            )
        case .tlsUnknownAuthority:
            Explanation(
                "the certificate is signed by an unknown CA",
                why: "the CA is neither in the system's store nor in --ca-file",
                try: "--ca-file ca.pem, or copy the CA to /etc/docker/certs.d/HOST/ca.crt"
            )
        case .tlsFailed:
            Explanation(
                "the TLS connection failed",
                why:
                    "the certificate is for another name or has expired, or the server wants a client certificate",
                try: "correct the host name, or see --client-cert in wasmpack help registry"
            )
        case .serverFailed:
            Explanation(
                "the registry failed",
                why: "it answered with a 5xx status, also after all retries",
                try: "try later, or contact the registry's administrator"
            )
        case .rateLimited:
            Explanation(
                "the registry limits the rate of requests",
                why: "it answered 429, and the pause that it asks for is too long",
                try: "try later; logging in often raises the limit"
            )
        case .timedOut:
            Explanation(
                "the time is over",
                why: "--timeout was reached, or a server did not answer",
                try: "try again, or raise --timeout"
            )
        case .plainHTTP:
            Explanation(
                "the registry speaks plain HTTP",
                why: "the TLS handshake was answered with HTTP",
                try: "--plain-http: nothing is encrypted"
            )
        case .protocolViolation:
            Explanation(
                "the server does not speak the registry protocol",
                why: "it is not a registry, or a proxy answers in its place",
                try: "check the host, the port and the path"
            )
        case .addressRejected:
            Explanation(
                "the registry refers to an address that is not contacted",
                why:
                    "a token service, redirect or upload leads from a public registry into a private network",
                try: "contact the registry's administrator"
            )
        case .interrupted, .terminated, .hangup:
            Explanation(
                "interrupted; nothing was written",
                why: "the process received SIGINT, SIGTERM or SIGHUP",
                try: "run the command again: interrupted transfers resume"
            )
        case .systemLimit:
            Explanation(
                "a limit of the system was reached",
                why: "the process may open no more files, start no more threads or use no more memory",
                try: "raise the limit that the message names: ulimit -n, ulimit -u or ulimit -v"
            )
        default:
            Explanation(
                "an internal error",
                why: "wasmpack has a bug, or a library failed",
                try: "report it with the output of the same command with --debug"
            )
        }
    }
}
