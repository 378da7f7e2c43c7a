/// The explanations of codes about this process and its limits.
extension Failure.Code {
    var processExplanation: Explanation {
        switch self {
        case .interrupted, .terminated, .hangup:
            Explanation(
                "the command was interrupted",
                why: "the process received SIGINT, SIGTERM or SIGHUP",
                try: "run the command again: blobs that already exist are not transferred again"
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
