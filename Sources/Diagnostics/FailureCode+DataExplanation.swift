/// The explanations of codes about content.
extension Failure.Code {
    var dataExplanation: Explanation {
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
                "the command does not support the layout of the image's layers",
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
        case .testFileInvalid:
            Explanation(
                "the test file has a mistake",
                why:
                    "it is not valid JSON, or a key or value is not in the format; the error names the line and the path",
                try: "correct the line; docs/reference/test-files.md describes the format"
            )
        case .deletionUnsupported:
            Explanation(
                "the registry does not delete tags or images",
                why: "deleting is optional for registries, and some allow it only in their web interface",
                try: "delete it in the registry's own interface"
            )
        default:
            Explanation(
                "the registry rejects the request",
                why: "the registry's own message is quoted",
                try: "correct what the registry's message says, or contact the registry's administrator"
            )
        }
    }
}
