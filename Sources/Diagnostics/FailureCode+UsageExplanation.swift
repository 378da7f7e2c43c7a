/// The explanations of codes about the command line.
extension Failure.Code {
    var usageExplanation: Explanation {
        switch self {
        case .argumentsSwapped:
            Explanation(
                "the arguments are swapped",
                why: "a local path was given where a reference is expected",
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
}
