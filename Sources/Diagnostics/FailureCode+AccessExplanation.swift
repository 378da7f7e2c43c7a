/// The explanations of codes about credentials and configuration.
extension Failure.Code {
    var accessExplanation: Explanation {
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
                try: "request access; some registries need the repository to be created first"
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
        case .libraryUnusable:
            Explanation(
                "a library of the system cannot be used",
                why: "libcurl or libarchive is missing, broken or too old, or libcurl was built without TLS",
                try: "apt install libcurl4 libarchive13 (macOS: brew install curl libarchive)"
            )
        case .envoyMissing:
            Explanation(
                "Envoy not found",
                why:
                    "check --envoy, run and test need an Envoy on this machine, and none was found, or it cannot be run",
                try: "wasmpack envoys lists what was found; --envoy=PATH names one"
            )
        default:
            Explanation(
                "invalid configuration",
                why:
                    "a credential file is unreadable, a variable is set without its counterpart, or a certificate file is invalid",
                try: "correct what the error names"
            )
        }
    }
}
