/// The explanations of codes about files and names, and of rejections.
extension Failure.Code {
    var fileExplanation: Explanation {
        switch self {
        case .fileMissing:
            Explanation(
                "no such file",
                why: "the path does not exist; the error lists similar names",
                try: "check the spelling and the working directory"
            )
        case .pluginMissing:
            Explanation(
                "no module was found",
                why: "the directory has no plugin.wasm, or several modules",
                try: "name the module: wasmpack build path/to/module.wasm"
            )
        case .layoutMissing:
            Explanation(
                "no image layout found",
                why: "the directory does not exist, or has neither oci-layout nor index.json",
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
                try: "free space, or choose another directory with -o, --layout or $TMPDIR"
            )
        case .fileUnreadable:
            Explanation(
                "a file cannot be read",
                why: "its permissions or its kind do not allow that, or the disk reports an error",
                try: "check the permissions of the file and its directories"
            )
        case .fileUnwritable:
            Explanation(
                "a file cannot be written",
                why:
                    "the directory does not exist or is read-only, or the path is a directory with other content",
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
}
